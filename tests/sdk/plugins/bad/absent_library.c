/* The library that plugin missing_library links, built where no dynamic linker looks. */
int troupe_test_absent(void);
int troupe_test_absent(void) { return 0; }
