package dev.zendo.hypervisor.engine.x86;

/** The three-byte opcode map after 0F 3A. The notation is explained at {@link InsnTable}. */
final class Map0f3aOpcodes {
  static final String ROWS =
      """
      08 ROUNDPS =Vx,Wx,Kb 66 SSE4_1
      09 ROUNDPD =Vx,Wx,Kb 66 SSE4_1
      0A ROUNDSS +Vd,Wd,Kb 66 SSE4_1
      0B ROUNDSD +Vq,Wq,Kb 66 SSE4_1
      0C BLENDPS +Vx,Wx,Kb 66 SSE4_1
      0D BLENDPD +Vx,Wx,Kb 66 SSE4_1
      0E PBLENDW +Vx,Wx,Kb 66 SSE4_1
      0F PALIGNR +PV,QW,Kb pp SSSE3
      14 PEXTRB =Edb,Vx,Kb 66 SSE4_1
      15 PEXTRW =Edw,Vx,Kb 66 SSE4_1
      16 PEXTRD =Ey,Vx,Kb 66 SSE4_1
      17 EXTRACTPS =Ed,Vx,Kb 66 SSE4_1
      20 PINSRB +Vx,Edb,Kb 66 SSE4_1
      21 INSERTPS +Vx,Wd,Kb 66 SSE4_1
      22 PINSRD +Vx,Ey,Kb 66 SSE4_1
      40 DPPS +Vx,Wx,Kb 66 SSE4_1
      41 DPPD +Vx,Wx,Kb 66 SSE4_1
      42 MPSADBW +Vx,Wx,Kb 66 SSE4_1
      60 PCMPESTRM Vx,Wx,Kb 66 SSE4_2 ua ir=ax,dx
      61 PCMPESTRI Vx,Wx,Kb 66 SSE4_2 ua ir=ax,dx iw=cx
      62 PCMPISTRM Vx,Wx,Kb 66 SSE4_2 ua
      63 PCMPISTRI Vx,Wx,Kb 66 SSE4_2 ua iw=cx
      44 PCLMULQDQ +Vx,Wx,Kb 66 PCLMULQDQ
      CC SHA1RNDS4 +Vx,Wx,Kb np SHA
      CE GF2P8AFFINEQB +Vx,Wx,Kb 66 GFNI
      CF GF2P8AFFINEINVQB +Vx,Wx,Kb 66 GFNI
      DF AESKEYGENASSIST =Vx,Wx,Kb 66 AES
      """;

  private Map0f3aOpcodes() {}
}
