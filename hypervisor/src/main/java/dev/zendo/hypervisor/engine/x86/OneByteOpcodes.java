package dev.zendo.hypervisor.engine.x86;

/**
 * The one-byte opcode map, without the x87 escapes. The notation is explained at {@link InsnTable}.
 */
final class OneByteOpcodes {
  static final String ROWS =
      """
      # Arithmetic with registers and memory; 8 operations in 6 forms.
      00 ADD +Eb,Gb lock
      01 ADD +Ev,Gv lock
      02 ADD +Gb,Eb
      03 ADD +Gv,Ev
      04 ADD +AL,Ib
      05 ADD +rAX,Iz
      08 OR +Eb,Gb lock
      09 OR +Ev,Gv lock
      0A OR +Gb,Eb
      0B OR +Gv,Ev
      0C OR +AL,Ib
      0D OR +rAX,Iz
      10 ADC +Eb,Gb lock
      11 ADC +Ev,Gv lock
      12 ADC +Gb,Eb
      13 ADC +Gv,Ev
      14 ADC +AL,Ib
      15 ADC +rAX,Iz
      18 SBB +Eb,Gb lock
      19 SBB +Ev,Gv lock
      1A SBB +Gb,Eb
      1B SBB +Gv,Ev
      1C SBB +AL,Ib
      1D SBB +rAX,Iz
      20 AND +Eb,Gb lock
      21 AND +Ev,Gv lock
      22 AND +Gb,Eb
      23 AND +Gv,Ev
      24 AND +AL,Ib
      25 AND +rAX,Iz
      28 SUB +Eb,Gb lock
      29 SUB +Ev,Gv lock
      2A SUB +Gb,Eb
      2B SUB +Gv,Ev
      2C SUB +AL,Ib
      2D SUB +rAX,Iz
      30 XOR +Eb,Gb lock
      31 XOR +Ev,Gv lock
      32 XOR +Gb,Eb
      33 XOR +Gv,Ev
      34 XOR +AL,Ib
      35 XOR +rAX,Iz
      38 CMP Eb,Gb
      39 CMP Ev,Gv
      3A CMP Gb,Eb
      3B CMP Gv,Ev
      3C CMP AL,Ib
      3D CMP rAX,Iz
      # Segment registers on the stack and decimal adjustment, not in 64-bit mode.
      06 PUSH ES i64 push
      07 POP =ES i64 pop
      0E PUSH CS i64 push
      16 PUSH SS i64 push
      17 POP =SS i64 pop
      1E PUSH DS i64 push
      1F POP =DS i64 pop
      27 DAA - i64 ir=ax iw=ax
      2F DAS - i64 ir=ax iw=ax
      37 AAA - i64 ir=ax iw=ax
      3F AAS - i64 ir=ax iw=ax
      40+8 INC +Zv i64
      48+8 DEC +Zv i64
      # Stack, widening, immediates.
      50+8 PUSH Zv d64 push
      58+8 POP =Zv d64 pop
      60 PUSHA - i64 push8
      61 POPA - i64 pop8
      62:m BOUND Gv,Ma i64
      63 ARPL +Ew,Gw i64
      63 MOVSXD =Gv,Ez o64
      68 PUSH Iz d64 push
      69 IMUL =Gv,Ev,Iz
      6A PUSH Ib d64 push
      6B IMUL =Gv,Ev,Ib
      6C INS =Yb,DX rep io
      6D INS =Yz,DX rep io
      6E OUTS DX,Xb rep io
      6F OUTS DX,Xz rep io
      70+16 JCC Jb f64 end
      # Group 1: arithmetic with an immediate.
      80/0 ADD +Eb,Ib lock
      80/1 OR +Eb,Ib lock
      80/2 ADC +Eb,Ib lock
      80/3 SBB +Eb,Ib lock
      80/4 AND +Eb,Ib lock
      80/5 SUB +Eb,Ib lock
      80/6 XOR +Eb,Ib lock
      80/7 CMP Eb,Ib
      81/0 ADD +Ev,Iz lock
      81/1 OR +Ev,Iz lock
      81/2 ADC +Ev,Iz lock
      81/3 SBB +Ev,Iz lock
      81/4 AND +Ev,Iz lock
      81/5 SUB +Ev,Iz lock
      81/6 XOR +Ev,Iz lock
      81/7 CMP Ev,Iz
      82/0 ADD +Eb,Ib lock i64
      82/1 OR +Eb,Ib lock i64
      82/2 ADC +Eb,Ib lock i64
      82/3 SBB +Eb,Ib lock i64
      82/4 AND +Eb,Ib lock i64
      82/5 SUB +Eb,Ib lock i64
      82/6 XOR +Eb,Ib lock i64
      82/7 CMP Eb,Ib i64
      83/0 ADD +Ev,Ib lock
      83/1 OR +Ev,Ib lock
      83/2 ADC +Ev,Ib lock
      83/3 SBB +Ev,Ib lock
      83/4 AND +Ev,Ib lock
      83/5 SUB +Ev,Ib lock
      83/6 XOR +Ev,Ib lock
      83/7 CMP Ev,Ib
      # Moves.
      84 TEST Eb,Gb
      85 TEST Ev,Gv
      86 XCHG +Eb,+Gb lock
      87 XCHG +Ev,+Gv lock
      88 MOV =Eb,Gb
      89 MOV =Ev,Gv
      8A MOV =Gb,Eb
      8B MOV =Gv,Ev
      8C MOV =Evw,Sw
      8D:m LEA =Gv,M
      8E MOV =Sw,Ew end
      8F/0 POP =Ev d64 pop
      90 PAUSE - F3
      90 NOP - b0
      90+8 XCHG +Zv,+rAX
      98 CBW - ir=ax iw=ax
      99 CWD - ir=ax iw=dx
      9A CALLF Ap i64 end push2
      9B FWAIT - X87
      9C PUSHF - d64 push
      9D POPF - d64 pop end
      9E SAHF - ir=ax
      9F LAHF - ir=ax iw=ax
      A0 MOV =AL,Ob
      A1 MOV =rAX,Ov
      A2 MOV =Ob,AL
      A3 MOV =Ov,rAX
      A8 TEST AL,Ib
      A9 TEST rAX,Iz
      B0+8 MOV =Zb,Ib
      B8+8 MOV =Zv,Iv
      C6/0 MOV =Eb,Ib
      C7/0 MOV =Ev,Iz
      D6 SALC - i64 iw=ax
      D7 XLAT - ir=ax,bx iw=ax
      # Strings.
      A4 MOVS =Yb,Xb rep
      A5 MOVS =Yv,Xv rep
      A6 CMPS Xb,Yb rep
      A7 CMPS Xv,Yv rep
      AA STOS =Yb,AL rep
      AB STOS =Yv,rAX rep
      AC LODS =AL,Xb rep
      AD LODS =rAX,Xv rep
      AE SCAS AL,Yb rep
      AF SCAS rAX,Yv rep
      # Group 2: shifts and rotates; /6 is another encoding of SHL.
      C0/0 ROL +Eb,Kb
      C0/1 ROR +Eb,Kb
      C0/2 RCL +Eb,Kb
      C0/3 RCR +Eb,Kb
      C0/4 SHL +Eb,Kb
      C0/5 SHR +Eb,Kb
      C0/6 SHL +Eb,Kb
      C0/7 SAR +Eb,Kb
      C1/0 ROL +Ev,Kb
      C1/1 ROR +Ev,Kb
      C1/2 RCL +Ev,Kb
      C1/3 RCR +Ev,Kb
      C1/4 SHL +Ev,Kb
      C1/5 SHR +Ev,Kb
      C1/6 SHL +Ev,Kb
      C1/7 SAR +Ev,Kb
      D0/0 ROL +Eb,1
      D0/1 ROR +Eb,1
      D0/2 RCL +Eb,1
      D0/3 RCR +Eb,1
      D0/4 SHL +Eb,1
      D0/5 SHR +Eb,1
      D0/6 SHL +Eb,1
      D0/7 SAR +Eb,1
      D1/0 ROL +Ev,1
      D1/1 ROR +Ev,1
      D1/2 RCL +Ev,1
      D1/3 RCR +Ev,1
      D1/4 SHL +Ev,1
      D1/5 SHR +Ev,1
      D1/6 SHL +Ev,1
      D1/7 SAR +Ev,1
      D2/0 ROL +Eb,CL
      D2/1 ROR +Eb,CL
      D2/2 RCL +Eb,CL
      D2/3 RCR +Eb,CL
      D2/4 SHL +Eb,CL
      D2/5 SHR +Eb,CL
      D2/6 SHL +Eb,CL
      D2/7 SAR +Eb,CL
      D3/0 ROL +Ev,CL
      D3/1 ROR +Ev,CL
      D3/2 RCL +Ev,CL
      D3/3 RCR +Ev,CL
      D3/4 SHL +Ev,CL
      D3/5 SHR +Ev,CL
      D3/6 SHL +Ev,CL
      D3/7 SAR +Ev,CL
      # Control transfer.
      C2 RET Kw f64 end pop
      C3 RET - f64 end pop
      C8 ENTER Kw,Lb d64 iw=bp
      C9 LEAVE - d64 ir=bp iw=bp
      CA RETF Kw end pop2
      CB RETF - end pop2
      CC INT3 - end
      CD INT Kb end
      CE INTO - i64 end
      CF IRET - end
      E0 LOOPNE Jb f64 end ir=cx iw=cx
      E1 LOOPE Jb f64 end ir=cx iw=cx
      E2 LOOP Jb f64 end ir=cx iw=cx
      E3 JCXZ Jb f64 end ir=cx
      E8 CALL Jz f64 end push
      E9 JMP Jz f64 end
      EA JMPF Ap i64 end
      EB JMP Jb f64 end
      F1 ICEBP - end
      C6/7.0:r XABORT Kb RTM
      C7/7.0:r XBEGIN Jz RTM end
      # Far pointers from memory; in 64-bit mode the opcodes are VEX prefixes.
      C4:m LES =Gv,Mp i64
      C5:m LDS =Gv,Mp i64
      # Decimal adjustment after multiplication.
      D4 AAM Kb i64 ir=ax iw=ax
      D5 AAD Kb i64 ir=ax iw=ax
      # Ports: ring 3 without I/O privilege gets #GP.
      E4 IN =AL,Kb io
      E5 IN =zAX,Kb io
      E6 OUT Kb,AL io
      E7 OUT Kb,zAX io
      EC IN =AL,DX io
      ED IN =zAX,DX io
      EE OUT DX,AL io
      EF OUT DX,zAX io
      # Flags and halt.
      F4 HLT - priv
      F5 CMC -
      F8 CLC -
      F9 STC -
      FA CLI - io
      FB STI - io
      FC CLD -
      FD STD -
      # Groups 3, 4 and 5.
      F6/0 TEST Eb,Ib
      F6/1 TEST Eb,Ib
      F6/2 NOT +Eb lock
      F6/3 NEG +Eb lock
      F6/4 MUL Eb ir=ax iw=ax
      F6/5 IMUL Eb ir=ax iw=ax
      F6/6 DIV Eb ir=ax iw=ax
      F6/7 IDIV Eb ir=ax iw=ax
      F7/0 TEST Ev,Iz
      F7/1 TEST Ev,Iz
      F7/2 NOT +Ev lock
      F7/3 NEG +Ev lock
      F7/4 MUL Ev ir=ax iw=ax,dx
      F7/5 IMUL Ev ir=ax iw=ax,dx
      F7/6 DIV Ev ir=ax,dx iw=ax,dx
      F7/7 IDIV Ev ir=ax,dx iw=ax,dx
      FE/0 INC +Eb lock
      FE/1 DEC +Eb lock
      FF/0 INC +Ev lock
      FF/1 DEC +Ev lock
      FF/2 CALL Ev f64 end push
      FF/3:m CALLF Mp end push2
      FF/4 JMP Ev f64 end
      FF/5:m JMPF Mp end
      FF/6 PUSH Ev d64 push
      """;

  private OneByteOpcodes() {}
}
