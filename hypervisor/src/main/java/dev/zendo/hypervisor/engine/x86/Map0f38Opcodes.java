package dev.zendo.hypervisor.engine.x86;

/** The three-byte opcode map after 0F 38. The notation is explained at {@link InsnTable}. */
final class Map0f38Opcodes {
  static final String ROWS =
      """
      # SSSE3.
      00 PSHUFB +PV,QW pp SSSE3
      01 PHADDW +PV,QW pp SSSE3
      02 PHADDD +PV,QW pp SSSE3
      03 PHADDSW +PV,QW pp SSSE3
      04 PMADDUBSW +PV,QW pp SSSE3
      05 PHSUBW +PV,QW pp SSSE3
      06 PHSUBD +PV,QW pp SSSE3
      07 PHSUBSW +PV,QW pp SSSE3
      08 PSIGNB +PV,QW pp SSSE3
      09 PSIGNW +PV,QW pp SSSE3
      0A PSIGND +PV,QW pp SSSE3
      0B PMULHRSW +PV,QW pp SSSE3
      1C PABSB =PV,QW pp SSSE3
      1D PABSW =PV,QW pp SSSE3
      1E PABSD =PV,QW pp SSSE3
      # SSE4.1 and SSE4.2.
      10 PBLENDVB +Vx,Wx,XMM0 66 SSE4_1
      14 BLENDVPS +Vx,Wx,XMM0 66 SSE4_1
      15 BLENDVPD +Vx,Wx,XMM0 66 SSE4_1
      17 PTEST Vx,Wx 66 SSE4_1
      20 PMOVSXBW =Vx,Wq 66 SSE4_1
      21 PMOVSXBD =Vx,Wd 66 SSE4_1
      22 PMOVSXBQ =Vx,Ww 66 SSE4_1
      23 PMOVSXWD =Vx,Wq 66 SSE4_1
      24 PMOVSXWQ =Vx,Wd 66 SSE4_1
      25 PMOVSXDQ =Vx,Wq 66 SSE4_1
      30 PMOVZXBW =Vx,Wq 66 SSE4_1
      31 PMOVZXBD =Vx,Wd 66 SSE4_1
      32 PMOVZXBQ =Vx,Ww 66 SSE4_1
      33 PMOVZXWD =Vx,Wq 66 SSE4_1
      34 PMOVZXWQ =Vx,Wd 66 SSE4_1
      35 PMOVZXDQ =Vx,Wq 66 SSE4_1
      28 PMULDQ +Vx,Wx 66 SSE4_1
      29 PCMPEQQ +Vx,Wx 66 SSE4_1
      2B PACKUSDW +Vx,Wx 66 SSE4_1
      37 PCMPGTQ +Vx,Wx 66 SSE4_2
      38 PMINSB +Vx,Wx 66 SSE4_1
      39 PMINSD +Vx,Wx 66 SSE4_1
      3A PMINUW +Vx,Wx 66 SSE4_1
      3B PMINUD +Vx,Wx 66 SSE4_1
      3C PMAXSB +Vx,Wx 66 SSE4_1
      3D PMAXSD +Vx,Wx 66 SSE4_1
      3E PMAXUW +Vx,Wx 66 SSE4_1
      3F PMAXUD +Vx,Wx 66 SSE4_1
      40 PMULLD +Vx,Wx 66 SSE4_1
      41 PHMINPOSUW =Vx,Wx 66 SSE4_1
      2A MOVNTDQA =Vx,Mx 66 SSE4_1
      F1 CRC32 +Gy,Ev F2 SSE4_2 int
      F0 CRC32 +Gy,Eb F2 SSE4_2 int
      F0 MOVBE =Gv,Mv nr MOVBE
      F1 MOVBE =Mv,Gv nr MOVBE
      # Virtualisation, cryptography, wide moves.
      80 INVEPT Gn,Mx 66 VMX
      81 INVVPID Gn,Mx 66 VMX
      82 INVPCID Gn,Mx 66 INVPCID
      C8 SHA1NEXTE +Vx,Wx np SHA
      C9 SHA1MSG1 +Vx,Wx np SHA
      CA SHA1MSG2 +Vx,Wx np SHA
      CB SHA256RNDS2 +Vx,Wx,XMM0 np SHA
      CC SHA256MSG1 +Vx,Wx np SHA
      CD SHA256MSG2 +Vx,Wx np SHA
      CF GF2P8MULB +Vx,Wx 66 GFNI
      DB AESIMC =Vx,Wx 66 AES
      DC AESENC +Vx,Wx 66 AES
      DD AESENCLAST +Vx,Wx 66 AES
      DE AESDEC +Vx,Wx 66 AES
      DF AESDECLAST +Vx,Wx 66 AES
      F5 WRUSS =My,Gy 66 CET
      F6 WRSS =My,Gy np CET
      F6 ADCX +Gy,Ey 66 ADX
      F6 ADOX +Gy,Ey F3 ADX
      F8 MOVDIR64B Gr,M 66 MOVDIR64B
      F8 ENQCMD Gr,M F2 ENQCMD
      F8 ENQCMDS Gr,M F3 ENQCMD
      F9 MOVDIRI =My,Gy np MOVDIRI
      """;

  private Map0f38Opcodes() {}
}
