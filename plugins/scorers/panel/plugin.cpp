#include "panel.hpp"

TROUPE_PLUGIN(troupe::judging::Panel, "troupe.scorer.panel")
