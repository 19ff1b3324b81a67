#include "CPCMKernels.h"
int pcm_version(void) { return 1; }
