package dev.zendo.hypervisor.engine.x86;

/**
 * The integer and system part of the two-byte opcode map (after 0F). The notation is explained at
 * {@link InsnTable}.
 */
final class TwoByteOpcodes {
  static final String ROWS =
      """
      # Descriptor tables and machine status.
      00/0 SLDT =Evw umip
      00/1 STR =Evw umip
      00/2 LLDT Ew priv
      00/3 LTR Ew priv
      00/4 VERR Ew
      00/5 VERW Ew
      01/0:m SGDT =Ms umip
      01/1:m SIDT =Ms umip
      01/2:m LGDT Ms priv
      01/3:m LIDT Ms priv
      01/4 SMSW =Evw umip
      01/6 LMSW Ew priv
      01/7:m INVLPG M priv
      02 LAR =Gv,Ew
      03 LSL =Gv,Ew
      05 SYSCALL - end
      06 CLTS - priv
      07 SYSRET - priv end
      08 INVD - priv
      09 WBNOINVD - F3 priv
      09 WBINVD - priv
      0B UD2 - end
      20 MOV =Rn,Cn priv
      21 MOV =Rn,Dn priv
      22 MOV =Cn,Rn priv
      23 MOV =Dn,Rn priv
      30 WRMSR - priv ir=ax,cx,dx
      31 RDTSC - iw=ax,dx
      32 RDMSR - priv ir=cx iw=ax,dx
      33 RDPMC - priv ir=cx iw=ax,dx
      34 SYSENTER - end
      35 SYSEXIT - priv end
      37 GETSEC - np SMX
      A2 CPUID - end ir=ax,cx iw=ax,bx,cx,dx
      AA RSM - end
      # Register forms of group 7.
      01/0.0:r ENCLV - np SGX
      01/0.1:r VMCALL - np VMX
      01/0.2:r VMLAUNCH - np VMX
      01/0.3:r VMRESUME - np VMX
      01/0.4:r VMXOFF - np VMX
      01/0.5:r PCONFIG - np SGX
      01/1.0:r MONITOR - np MONITOR ir=ax,cx,dx
      01/1.1:r MWAIT - np MONITOR ir=ax,cx
      01/1.2:r CLAC - np SMAP
      01/1.3:r STAC - np SMAP
      01/1.7:r ENCLS - np SGX
      01/2.0:r XGETBV - np XSAVE ir=cx iw=ax,dx
      01/2.1:r XSETBV - np priv XSAVE ir=ax,cx,dx
      01/2.4:r VMFUNC - np VMX
      01/2.5:r XEND - np RTM
      01/2.6:r XTEST - np RTM
      01/2.7:r ENCLU - np SGX
      01/3.0:r VMRUN - SVM
      01/3.1:r VMMCALL - SVM
      01/3.2:r VMLOAD - SVM
      01/3.3:r VMSAVE - SVM
      01/3.4:r STGI - SVM
      01/3.5:r CLGI - SVM
      01/3.6:r SKINIT - SVM
      01/3.7:r INVLPGA - SVM
      01/5.0:r SERIALIZE - np SERIALIZE
      01/5.0:r SETSSBSY - F3 CET
      01/5.2:r SAVEPREVSSP - F3 CET
      01/5.6:r RDPKRU - np PKU ir=cx iw=ax,dx
      01/5.7:r WRPKRU - np PKU ir=ax,cx,dx
      01/5:m RSTORSSP +Mq F3 CET
      01/7.0:r SWAPGS - o64 priv
      01/7.1:r RDTSCP - RDTSCP iw=ax,cx,dx
      01/7.2:r MONITORX - np SVM
      01/7.3:r MWAITX - np SVM
      01/7.4:r CLZERO - np SVM
      01/7.5:r RDPRU - np SVM
      # Prefetches, hints and the reserved no-operation space.
      0D/1:m PREFETCHW Mb
      0D/2:m PREFETCHWT1 Mb
      0D:m PREFETCH Mb
      0D NOP Ev
      18/0:m PREFETCHNTA Mb
      18/1:m PREFETCHT0 Mb
      18/2:m PREFETCHT1 Mb
      18/3:m PREFETCHT2 Mb
      1C/0:m CLDEMOTE Mb np
      1E/1:r RDSSP +Ry F3 CET
      1E/7.2:r ENDBR64 - F3
      1E/7.3:r ENDBR32 - F3
      18+8 NOP Ev
      # Conditional instructions.
      40+16 CMOVCC +Gv,Ev
      80+16 JCC Jz f64 end
      90+16 SETCC =Eb
      # Stack, bits, double shifts.
      A0 PUSH FS d64 push
      A1 POP =FS d64 pop end
      A8 PUSH GS d64 push
      A9 POP =GS d64 pop end
      A3 BT Ev,Gv bit
      AB BTS +Ev,Gv lock bit
      B3 BTR +Ev,Gv lock bit
      BB BTC +Ev,Gv lock bit
      BA/4 BT Ev,Kb
      BA/5 BTS +Ev,Kb lock
      BA/6 BTR +Ev,Kb lock
      BA/7 BTC +Ev,Kb lock
      A4 SHLD +Ev,Gv,Kb
      A5 SHLD +Ev,Gv,CL
      AC SHRD +Ev,Gv,Kb
      AD SHRD +Ev,Gv,CL
      AF IMUL +Gv,Ev
      B8 POPCNT =Gv,Ev F3 POPCNT
      BC TZCNT =Gv,Ev F3 BMI1
      BC BSF +Gv,Ev
      BD LZCNT =Gv,Ev F3 LZCNT
      BD BSR +Gv,Ev
      B9 UD1 Gv,Ev end
      FF UD0 Gv,Ev end
      # Moves, exchanges.
      B2:m LSS =Gv,Mp end
      B4:m LFS =Gv,Mp end
      B5:m LGS =Gv,Mp end
      B6 MOVZX =Gv,Eb
      B7 MOVZX =Gv,Ew
      BE MOVSX =Gv,Eb
      BF MOVSX =Gv,Ew
      B0 CMPXCHG +Eb,Gb lock ir=ax iw=ax
      B1 CMPXCHG +Ev,Gv lock ir=ax iw=ax
      C0 XADD +Eb,+Gb lock
      C1 XADD +Ev,+Gv lock
      C3:m MOVNTI =My,Gy np
      C8+8 BSWAP +Zv
      # Group 9.
      C7/1:m CMPXCHG8B +Mq nr w0 lock ir=ax,bx,cx,dx iw=ax,dx
      C7/1:m CMPXCHG16B +Mx nr w1 lock ir=ax,bx,cx,dx iw=ax,dx CX16 a16
      C7/3:m XRSTORS M np XSAVES a64
      C7/4:m XSAVEC M np XSAVEC fpu a64
      C7/5:m XSAVES M np XSAVES a64
      C7/6:m VMPTRLD Mq np VMX
      C7/6:m VMCLEAR Mq 66 VMX
      C7/6:m VMXON Mq F3 VMX
      C7/7:m VMPTRST =Mq np VMX
      C7/6:r RDRAND =Rv nr RDRAND
      C7/7:r RDSEED =Rv nr RDSEED
      C7/7:r RDPID =Rn F3 RDPID
      78 VMREAD =En,Gn np VMX
      79 VMWRITE Gn,En np VMX
      # Group 15.
      AE/0:m FXSAVE =Mfx np FXSR a16
      AE/1:m FXRSTOR Mfx np FXSR a16
      AE/2:m LDMXCSR Md np SSE
      AE/3:m STMXCSR =Md np SSE
      AE/4:m XSAVE M np XSAVE fpu a64
      AE/5:m XRSTOR M np XSAVE fpu a64
      AE/6:m XSAVEOPT M np XSAVEOPT fpu a64
      AE/7:m CLFLUSH Mb np
      AE/6:m CLWB Mb 66 CLWB
      AE/7:m CLFLUSHOPT Mb 66 CLFLUSHOPT
      AE/4 PTWRITE Ey F3 PTWRITE
      AE/5:r LFENCE - np
      AE/6:r MFENCE - np
      AE/7:r SFENCE - np
      AE/0:r RDFSBASE =Ry F3 o64 FSGSBASE
      AE/1:r RDGSBASE =Ry F3 o64 FSGSBASE
      AE/2:r WRFSBASE Ry F3 o64 FSGSBASE
      AE/3:r WRGSBASE Ry F3 o64 FSGSBASE
      AE/5:r INCSSP Ry F3 CET
      AE/6:m CLRSSBSY Mq F3 CET
      AE/6:r TPAUSE Rd 66 WAITPKG ir=ax,dx
      AE/6:r UMONITOR Rn F3 WAITPKG
      AE/6:r UMWAIT Rd F2 WAITPKG ir=ax,dx
      """;

  private TwoByteOpcodes() {}
}
