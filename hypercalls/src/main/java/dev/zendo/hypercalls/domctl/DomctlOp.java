package dev.zendo.hypercalls.domctl;

/** Commands of domctl. */
public final class DomctlOp {
  public static final int CREATEDOMAIN = 1;
  public static final int DESTROYDOMAIN = 2;
  public static final int PAUSEDOMAIN = 3;
  public static final int UNPAUSEDOMAIN = 4;
  public static final int GETDOMAININFO = 5;
  public static final int SETVCPUAFFINITY = 9;
  public static final int SHADOW_OP = 10;
  public static final int MAX_MEM = 11;
  public static final int SETVCPUCONTEXT = 12;
  public static final int GETVCPUCONTEXT = 13;
  public static final int GETVCPUINFO = 14;
  public static final int MAX_VCPUS = 15;
  public static final int SCHEDULER_OP = 16;
  public static final int SETDOMAINHANDLE = 17;
  public static final int SETDEBUGGING = 18;
  public static final int IRQ_PERMISSION = 19;
  public static final int IOMEM_PERMISSION = 20;
  public static final int IOPORT_PERMISSION = 21;
  public static final int HYPERCALL_INIT = 22;
  public static final int SETTIMEOFFSET = 24;
  public static final int GETVCPUAFFINITY = 25;
  public static final int RESUMEDOMAIN = 27;
  public static final int SENDTRIGGER = 28;
  public static final int SUBSCRIBE = 29;
  public static final int SET_ADDRESS_SIZE = 35;
  public static final int GET_ADDRESS_SIZE = 36;
  public static final int ASSIGN_DEVICE = 37;
  public static final int SET_EXT_VCPUCONTEXT = 42;
  public static final int GET_EXT_VCPUCONTEXT = 43;
  public static final int SET_TARGET = 46;
  public static final int DEBUG_OP = 54;
  public static final int GETTSCINFO = 59;
  public static final int SETTSCINFO = 60;
  public static final int GETPAGEFRAMEINFO3 = 61;
  public static final int SETVCPUEXTSTATE = 62;
  public static final int GETVCPUEXTSTATE = 63;
  public static final int SET_VIRQ_HANDLER = 66;
  public static final int SETNODEAFFINITY = 68;
  public static final int GETNODEAFFINITY = 69;
  public static final int GET_VCPU_MSRS = 72;
  public static final int SET_VCPU_MSRS = 73;
  public static final int SOFT_RESET = 79;
  public static final int GET_CPU_POLICY = 82;
  public static final int SET_CPU_POLICY = 83;
  public static final int GDBSX_GUESTMEMIO = 1000;
  public static final int GDBSX_PAUSEVCPU = 1001;
  public static final int GDBSX_UNPAUSEVCPU = 1002;
  public static final int GDBSX_DOMSTATUS = 1003;

  private DomctlOp() {}
}
