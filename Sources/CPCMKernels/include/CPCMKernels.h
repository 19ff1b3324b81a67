/* CPCMKernels.h - placeholder until the kernels land */
int pcm_version(void);
