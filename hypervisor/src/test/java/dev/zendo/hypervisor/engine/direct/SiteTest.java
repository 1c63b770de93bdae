package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SiteTest {
  private static final long PAGE = 0xffff_ffff_8123_4000L;
  private static final byte[] KINDS = {
    Site.BUDGET,
    Site.ACCESS,
    Site.LINK,
    Site.STALE,
    Site.INTERPRET,
    Site.SYSCALL,
    Site.CPUID,
    Site.UNDEFINED,
    Site.TIME,
    Site.TIME_AND_ID,
    Site.INDIRECT,
    Site.FAR
  };

  private final Assembler out = new Assembler();
  private final Block block = new Block(PAGE + 0x123, 77, true);
  private final Block[] blocks = {null, null, block};
  private CodeArea area;

  @BeforeEach
  void open() {
    Bench.assumeSupported();
    area = CodeArea.map(1 << 17);
    block.entry = area.base() + 4096;
  }

  @AfterEach
  void close() {
    if (area != null) {
      area.close();
    }
  }

  /** Writes a site somewhere behind its block's entry and reads it again. */
  private Site copy(Site site) {
    long at = area.base() + 8192;
    out.reset();
    site.write(out, 2, block.entry);
    out.writeTo(area, at);
    Site copy = new Site();
    copy.read(at, blocks);
    return copy;
  }

  @Test
  void whatIsKnownOfASiteStandsBehindTheCodeThatLeaves() {
    for (byte kind : KINDS) {
      long rip = kind == Site.FAR ? 0x7fff_1234_5678L : PAGE + 4096 + 14;
      Site site = new Site(kind, rip, block, 32);
      site.place = block.entry + 0xfedc;
      site.live = Live.SSE | Live.X87;
      Site copy = copy(site);
      assertEquals(kind, copy.kind);
      assertEquals(rip, copy.rip);
      assertEquals(32, copy.rest);
      assertEquals(3, copy.live);
      assertSame(block, copy.block);
      assertEquals(site.place, kind == Site.FAR ? site.place : copy.place);
    }
  }

  @Test
  void operandsAreAsTheyWere() {
    long[] displacements = {
      0, -128, 127, 128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 31
    };
    byte[] segments = {-1, CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS};
    for (long displacement : displacements) {
      for (byte segment : segments) {
        Site site = new Site(Site.ACCESS, PAGE, block, 1);
        site.place = block.entry;
        site.base = (byte) (displacement > 0 ? Registers.TEMPORARY : -1);
        site.index = (byte) (displacement > 0 ? -1 : 15);
        site.scale = 3;
        site.displacement = displacement;
        site.segment = segment;
        site.size = 16;
        site.alignment = 64;
        site.write = displacement < 0;
        Site copy = copy(site);
        assertEquals(site.base, copy.base);
        assertEquals(site.index, copy.index);
        assertEquals(3, copy.scale);
        assertEquals(displacement, copy.displacement);
        assertEquals(BlockWriter.hasSegment(segment) ? segment : -1, copy.segment);
        assertEquals(16, copy.size);
        assertEquals(64, copy.alignment);
        assertEquals(site.write, copy.write);
        assertEquals(-1, copy.help);
      }
    }
  }

  @Test
  void placesBeyondABlockAreRefused() {
    Site site = new Site(Site.LINK, PAGE, block, 0);
    site.place = block.entry + 0x1_0000;
    assertThrows(IllegalStateException.class, () -> copy(site));
  }

  @Test
  void keptSitesSayTheirNumber() {
    out.reset();
    out.push(0x1234);
    out.bytes(0xe9);
    out.int4(0);
    assertEquals(Site.LEAVE, out.position());
    Site site = new Site(Site.TIME, PAGE, block, 1);
    site.place = block.entry;
    site.write(out, 2, block.entry);
    out.writeTo(area, area.base());
    site.read(area.base() + Site.LEAVE, blocks);
    assertTrue(Site.isKept(site.address));
    site.keep(area, 5);
    assertEquals(~5, HostMemory.getInt(area.base() + 1));
    assertEquals(area.base(), Site.stub(site.address));
    assertFalse(Site.isKept(copy(new Site(Site.FAR, PAGE, block, 0)).address));
  }

  @Test
  void jumpsThatAreLinkedToABlockAreAChain() {
    Site site = new Site(Site.LINK, PAGE, block, 0);
    site.place = block.entry + 99;
    long at = copy(site).address;
    assertEquals(0, Site.next(at));
    assertEquals(block.entry + 99, Site.jump(at, blocks));
    Site.next(area, at, 12345);
    assertEquals(12345, Site.next(at));
  }
}
