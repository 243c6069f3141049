#include "bad.h"

static const troupe_node node = {
    sizeof(troupe_node), "org.example.something_else", good_create, good_run, good_destroy, NULL};
MODULE(NULL, NULL)
