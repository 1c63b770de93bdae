package dev.zendo.hypervisor.engine.x86;

/**
 * The MMX and SSE part of the two-byte opcode map (after 0F). The notation is explained at {@link
 * InsnTable}.
 */
final class VectorOpcodes {
  static final String ROWS =
      """
      # Vector moves.
      10 MOVUPS =Vx,Wx np SSE ua
      10 MOVUPD =Vx,Wx 66 SSE2 ua
      10:m MOVSS =Vd,Md F3 SSE
      10:r MOVSS +Vd,Ud F3 SSE
      10:m MOVSD =Vq,Mq F2 SSE2
      10:r MOVSD +Vq,Uq F2 SSE2
      11 MOVUPS =Wx,Vx np SSE ua
      11 MOVUPD =Wx,Vx 66 SSE2 ua
      11 MOVSS +Wd,Vd F3 SSE
      11 MOVSD +Wq,Vq F2 SSE2
      12:m MOVLPS +Vq,Mq np SSE
      12:r MOVHLPS +Vq,Ux np SSE
      12 MOVLPD +Vq,Mq 66 SSE2
      12 MOVSLDUP =Vx,Wx F3 SSE3
      12 MOVDDUP =Vx,Wq F2 SSE3
      13 MOVLPS =Mq,Vq np SSE
      13 MOVLPD =Mq,Vq 66 SSE2
      14 UNPCKLPS +Vx,Wx np SSE
      14 UNPCKLPD +Vx,Wx 66 SSE2
      15 UNPCKHPS +Vx,Wx np SSE
      15 UNPCKHPD +Vx,Wx 66 SSE2
      16:m MOVHPS +Vx,Mq np SSE
      16:r MOVLHPS +Vx,Uq np SSE
      16 MOVHPD +Vx,Mq 66 SSE2
      16 MOVSHDUP =Vx,Wx F3 SSE3
      17 MOVHPS =Mq,Vx np SSE
      17 MOVHPD =Mq,Vx 66 SSE2
      28 MOVAPS =Vx,Wx np SSE
      28 MOVAPD =Vx,Wx 66 SSE2
      29 MOVAPS =Wx,Vx np SSE
      29 MOVAPD =Wx,Vx 66 SSE2
      2B MOVNTPS =Mx,Vx np SSE
      2B MOVNTPD =Mx,Vx 66 SSE2
      50 MOVMSKPS =Gy,Ux np SSE
      50 MOVMSKPD =Gy,Ux 66 SSE2
      6E MOVD =Py,Ey np MMX
      6E MOVD =Vx,Ey 66 SSE2
      7E MOVD =Ey,Py np MMX
      7E MOVD =Ey,Vy 66 SSE2
      7E MOVQ =Vx,Wq F3 SSE2
      6F MOVQ =Pq,Qq np MMX
      6F MOVDQA =Vx,Wx 66 SSE2
      6F MOVDQU =Vx,Wx F3 SSE2 ua
      7F MOVQ =Qq,Pq np MMX
      7F MOVDQA =Wx,Vx 66 SSE2
      7F MOVDQU =Wx,Vx F3 SSE2 ua
      D6 MOVQ =Wq,Vq 66 SSE2
      D6 MOVQ2DQ =Vx,Nq F3 SSE2
      D6 MOVDQ2Q =Pq,Uq F2 SSE2
      E7 MOVNTQ =Mq,Pq np SSE
      E7 MOVNTDQ =Mx,Vx 66 SSE2
      F0 LDDQU =Vx,Mx F2 SSE3 ua
      F7 MASKMOVQ Pq,Nq np SSE ir=di
      F7 MASKMOVDQU Vx,Ux 66 SSE2 ir=di
      77 EMMS - np MMX
      # Conversions.
      2A CVTPI2PS +Vq,Qq np SSE
      2A CVTPI2PD =Vx,Qq 66 SSE2
      2A CVTSI2SS +Vd,Ey F3 SSE
      2A CVTSI2SD +Vq,Ey F2 SSE2
      2C CVTTPS2PI =Pq,Wq np SSE
      2C CVTTPD2PI =Pq,Wx 66 SSE2
      2C CVTTSS2SI =Gy,Wd F3 SSE
      2C CVTTSD2SI =Gy,Wq F2 SSE2
      2D CVTPS2PI =Pq,Wq np SSE
      2D CVTPD2PI =Pq,Wx 66 SSE2
      2D CVTSS2SI =Gy,Wd F3 SSE
      2D CVTSD2SI =Gy,Wq F2 SSE2
      5A CVTPS2PD =Vx,Wq np SSE2
      5A CVTPD2PS =Vx,Wx 66 SSE2
      5A CVTSS2SD +Vq,Wd F3 SSE2
      5A CVTSD2SS +Vd,Wq F2 SSE2
      5B CVTDQ2PS =Vx,Wx np SSE2
      5B CVTPS2DQ =Vx,Wx 66 SSE2
      5B CVTTPS2DQ =Vx,Wx F3 SSE2
      E6 CVTTPD2DQ =Vx,Wx 66 SSE2
      E6 CVTDQ2PD =Vx,Wq F3 SSE2
      E6 CVTPD2DQ =Vx,Wx F2 SSE2
      # Floating point.
      2E UCOMISS Vd,Wd np SSE
      2E UCOMISD Vq,Wq 66 SSE2
      2F COMISS Vd,Wd np SSE
      2F COMISD Vq,Wq 66 SSE2
      51 SQRTPS =Vx,Wx np SSE
      51 SQRTPD =Vx,Wx 66 SSE2
      51 SQRTSS +Vd,Wd F3 SSE
      51 SQRTSD +Vq,Wq F2 SSE2
      52 RSQRTPS =Vx,Wx np SSE
      52 RSQRTSS +Vd,Wd F3 SSE
      53 RCPPS =Vx,Wx np SSE
      53 RCPSS +Vd,Wd F3 SSE
      54 ANDPS +Vx,Wx np SSE
      54 ANDPD +Vx,Wx 66 SSE2
      55 ANDNPS +Vx,Wx np SSE
      55 ANDNPD +Vx,Wx 66 SSE2
      56 ORPS +Vx,Wx np SSE
      56 ORPD +Vx,Wx 66 SSE2
      57 XORPS +Vx,Wx np SSE
      57 XORPD +Vx,Wx 66 SSE2
      58 ADDPS +Vx,Wx np SSE
      58 ADDPD +Vx,Wx 66 SSE2
      58 ADDSS +Vd,Wd F3 SSE
      58 ADDSD +Vq,Wq F2 SSE2
      59 MULPS +Vx,Wx np SSE
      59 MULPD +Vx,Wx 66 SSE2
      59 MULSS +Vd,Wd F3 SSE
      59 MULSD +Vq,Wq F2 SSE2
      5C SUBPS +Vx,Wx np SSE
      5C SUBPD +Vx,Wx 66 SSE2
      5C SUBSS +Vd,Wd F3 SSE
      5C SUBSD +Vq,Wq F2 SSE2
      5D MINPS +Vx,Wx np SSE
      5D MINPD +Vx,Wx 66 SSE2
      5D MINSS +Vd,Wd F3 SSE
      5D MINSD +Vq,Wq F2 SSE2
      5E DIVPS +Vx,Wx np SSE
      5E DIVPD +Vx,Wx 66 SSE2
      5E DIVSS +Vd,Wd F3 SSE
      5E DIVSD +Vq,Wq F2 SSE2
      5F MAXPS +Vx,Wx np SSE
      5F MAXPD +Vx,Wx 66 SSE2
      5F MAXSS +Vd,Wd F3 SSE
      5F MAXSD +Vq,Wq F2 SSE2
      7C HADDPD +Vx,Wx 66 SSE3
      7C HADDPS +Vx,Wx F2 SSE3
      7D HSUBPD +Vx,Wx 66 SSE3
      7D HSUBPS +Vx,Wx F2 SSE3
      D0 ADDSUBPD +Vx,Wx 66 SSE3
      D0 ADDSUBPS +Vx,Wx F2 SSE3
      C2 CMPPS +Vx,Wx,Kb np SSE
      C2 CMPPD +Vx,Wx,Kb 66 SSE2
      C2 CMPSS +Vd,Wd,Kb F3 SSE
      C2 CMPSD +Vq,Wq,Kb F2 SSE2
      C6 SHUFPS +Vx,Wx,Kb np SSE
      C6 SHUFPD +Vx,Wx,Kb 66 SSE2
      # Packed integers: MMX without prefix, SSE2 with 66.
      60 PUNPCKLBW +PV,QWd pp
      61 PUNPCKLWD +PV,QWd pp
      62 PUNPCKLDQ +PV,QWd pp
      63 PACKSSWB +PV,QW pp
      64 PCMPGTB +PV,QW pp
      65 PCMPGTW +PV,QW pp
      66 PCMPGTD +PV,QW pp
      67 PACKUSWB +PV,QW pp
      68 PUNPCKHBW +PV,QW pp
      69 PUNPCKHWD +PV,QW pp
      6A PUNPCKHDQ +PV,QW pp
      6B PACKSSDW +PV,QW pp
      6C PUNPCKLQDQ +Vx,Wx 66 SSE2
      6D PUNPCKHQDQ +Vx,Wx 66 SSE2
      70 PSHUFW =Pq,Qq,Kb np SSE
      70 PSHUFD =Vx,Wx,Kb 66 SSE2
      70 PSHUFHW =Vx,Wx,Kb F3 SSE2
      70 PSHUFLW =Vx,Wx,Kb F2 SSE2
      71/2 PSRLW +NU,Kb pp
      71/4 PSRAW +NU,Kb pp
      71/6 PSLLW +NU,Kb pp
      72/2 PSRLD +NU,Kb pp
      72/4 PSRAD +NU,Kb pp
      72/6 PSLLD +NU,Kb pp
      73/2 PSRLQ +NU,Kb pp
      73/6 PSLLQ +NU,Kb pp
      73/3 PSRLDQ +Ux,Kb 66 SSE2
      73/7 PSLLDQ +Ux,Kb 66 SSE2
      74 PCMPEQB +PV,QW pp
      75 PCMPEQW +PV,QW pp
      76 PCMPEQD +PV,QW pp
      C4 PINSRW +PV,Edw,Kb pp SSE
      C5 PEXTRW =Gd,NU,Kb pp SSE
      D7 PMOVMSKB =Gy,NU pp SSE
      D1 PSRLW +PV,QW pp
      D2 PSRLD +PV,QW pp
      D3 PSRLQ +PV,QW pp
      D4 PADDQ +PV,QW pp SSE2
      D5 PMULLW +PV,QW pp
      D8 PSUBUSB +PV,QW pp
      D9 PSUBUSW +PV,QW pp
      DA PMINUB +PV,QW pp SSE
      DB PAND +PV,QW pp
      DC PADDUSB +PV,QW pp
      DD PADDUSW +PV,QW pp
      DE PMAXUB +PV,QW pp SSE
      DF PANDN +PV,QW pp
      E0 PAVGB +PV,QW pp SSE
      E1 PSRAW +PV,QW pp
      E2 PSRAD +PV,QW pp
      E3 PAVGW +PV,QW pp SSE
      E4 PMULHUW +PV,QW pp SSE
      E5 PMULHW +PV,QW pp
      E8 PSUBSB +PV,QW pp
      E9 PSUBSW +PV,QW pp
      EA PMINSW +PV,QW pp SSE
      EB POR +PV,QW pp
      EC PADDSB +PV,QW pp
      ED PADDSW +PV,QW pp
      EE PMAXSW +PV,QW pp SSE
      EF PXOR +PV,QW pp
      F1 PSLLW +PV,QW pp
      F2 PSLLD +PV,QW pp
      F3 PSLLQ +PV,QW pp
      F4 PMULUDQ +PV,QW pp SSE2
      F5 PMADDWD +PV,QW pp
      F6 PSADBW +PV,QW pp SSE
      F8 PSUBB +PV,QW pp
      F9 PSUBW +PV,QW pp
      FA PSUBD +PV,QW pp
      FB PSUBQ +PV,QW pp SSE2
      FC PADDB +PV,QW pp
      FD PADDW +PV,QW pp
      FE PADDD +PV,QW pp
      """;

  private VectorOpcodes() {}
}
