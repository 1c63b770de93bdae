package dev.zendo.hypervisor.engine.x86;

/**
 * The CPUID feature that brought an instruction. An executor raises #UD for instructions whose
 * feature it does not offer; {@link #LZCNT} and {@link #BMI1} are the exceptions: without them the
 * encodings execute as BSR and BSF.
 */
public enum Feature {
  /** Present on every 64-bit processor, outside the floating-point and vector units. */
  BASE(false),
  X87(true),
  MMX(true),
  SSE(true),
  SSE2(true),
  SSE3(true),
  SSSE3(true),
  SSE4_1(true),
  SSE4_2(true),
  FXSR(true),
  XSAVE(false),
  XSAVEOPT(false),
  XSAVEC(false),
  XSAVES(false),
  CX16(false),
  POPCNT(false),
  LZCNT(false),
  BMI1(false),
  MOVBE(false),
  FSGSBASE(false),
  RDTSCP(false),
  RDPID(false),
  RDRAND(false),
  RDSEED(false),
  ADX(false),
  AES(true),
  PCLMULQDQ(true),
  SHA(true),
  GFNI(true),
  SMAP(false),
  MONITOR(false),
  VMX(false),
  SVM(false),
  SGX(false),
  SMX(false),
  RTM(false),
  MPX(false),
  CET(false),
  PKU(false),
  INVPCID(false),
  CLFLUSHOPT(false),
  CLWB(false),
  MOVDIRI(false),
  MOVDIR64B(false),
  SERIALIZE(false),
  WAITPKG(false),
  PTWRITE(false),
  ENQCMD(false);

  private final boolean usesFpu;

  Feature(boolean usesFpu) {
    this.usesFpu = usesFpu;
  }

  /**
   * Whether instructions of the feature use floating-point or vector registers, unless their table
   * row says otherwise; such instructions raise #NM while CR0.TS is set.
   */
  public boolean usesFpu() {
    return usesFpu;
  }
}
