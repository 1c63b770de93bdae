package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Random;

/** Emits diverse straight code in short blocks, in a loop counted by RDI, ended by SYSCALL. */
final class ColdCode {
  private static final int[][] PIECES = {
    {0x48, 0x01, 0xc1}, // add rcx,rax
    {0x48, 0x89, 0xca}, // mov rdx,rcx
    {0x31, 0xd0}, // xor eax,edx
    {0x48, 0x8b, 0x43, 0x18}, // mov rax,[rbx+0x18]
    {0x48, 0x89, 0x4b, 0x20}, // mov [rbx+0x20],rcx
    {0x8b, 0x53, 0x30}, // mov edx,[rbx+0x30]
    {0x0f, 0xb6, 0x73, 0x07}, // movzx esi,byte [rbx+7]
    {0x88, 0x43, 0x41}, // mov [rbx+0x41],al
    {0x48, 0x83, 0xc1, 0x11}, // add rcx,0x11
    {0x48, 0x8d, 0x44, 0x88, 0x05}, // lea rax,[rax+rcx*4+5]
    {0xc1, 0xe0, 0x03}, // shl eax,3
    {0x48, 0xc1, 0xea, 0x05}, // shr rdx,5
    {0x55, 0x5d}, // push rbp; pop rbp
    {0x25, 0xff, 0x0f, 0x00, 0x00}, // and eax,0xfff
    {0x0f, 0xaf, 0xc2}, // imul eax,edx
    {0xff, 0x43, 0x50}, // inc dword [rbx+0x50]
    {0x41, 0x89, 0xc0}, // mov r8d,eax
    {0x4d, 0x31, 0xc1}, // xor r9,r8
    {0x83, 0x7b, 0x58, 0x09}, // cmp dword [rbx+0x58],9
    {0x0f, 0x94, 0xc0}, // sete al
    {0x48, 0x0f, 0x44, 0xd1}, // cmove rdx,rcx
    {0x80, 0x4b, 0x60, 0x04}, // or byte [rbx+0x60],4
  };

  private final TestGuest guest;

  /** Bytes of the longest block, rounded up. */
  private static final int LONGEST_BLOCK = 64;

  ColdCode(TestGuest guest) {
    this.guest = guest;
  }

  /** Pages that a program may take. */
  static int pages(int blocks) {
    return (LONGEST_BLOCK * (blocks + 1) + 4095) / 4096;
  }

  /**
   * Writes a program; returns its entry.
   *
   * @param blocks stretches up to a conditional jump, each of about 8 instructions in 32 bytes
   */
  long emit(long va, long frame, int seed, int blocks) {
    for (int i = 0; i < pages(blocks); i++) {
      guest.map(va + 4096L * i, frame + i, TestGuest.X);
    }
    Random random = new Random(seed);
    long host = guest.memory.address(frame);
    long at = host;
    for (int block = 0; block < blocks; block++) {
      int pieces = 2 + random.nextInt(9);
      for (int i = 0; i < pieces; i++) {
        at = put(at, PIECES[random.nextInt(PIECES.length)]);
      }
      // test al,1<<k; jz over the next piece
      at = put(at, new int[] {0xa8, 1 << random.nextInt(8), 0x74, 0x03, 0x48, 0xff, 0xc1});
    }
    at = put(at, new int[] {0xff, 0xcf, 0x0f, 0x85});
    HostMemory.putInt(at, (int) (host - (at + 4)));
    put(at + 4, new int[] {0x0f, 0x05});
    return va;
  }

  private static long put(long at, int[] bytes) {
    for (int b : bytes) {
      HostMemory.putByte(at++, (byte) b);
    }
    return at;
  }
}
