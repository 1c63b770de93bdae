package dev.zendo.hypervisor.engine.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.machine.HostMemory;
import java.util.Set;
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

  private static final Set<Byte> HAVE_PLACES =
      Set.of(Site.ACCESS, Site.LINK, Site.TIME, Site.TIME_AND_ID, Site.INDIRECT);

  private final Assembler out = new Assembler();
  private final Block block = new Block(PAGE + 0x123, 77, true);
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
    site.write(out, block.entry);
    out.writeTo(area, at);
    Site copy = new Site();
    copy.read(at, block);
    return copy;
  }

  @Test
  void whatIsKnownOfASiteStandsBehindTheCodeThatLeaves() {
    for (byte kind : KINDS) {
      boolean start = kind == Site.BUDGET || kind == Site.STALE;
      long rip = start ? block.rip : kind == Site.FAR ? 0x7fff_1234_5678L : PAGE + 4096 + 14;
      Site site = new Site(kind, rip, block, 32);
      site.place = block.entry + 0xfedc;
      site.live = Live.SSE | Live.X87;
      Site copy = copy(site);
      assertEquals(kind, copy.kind);
      assertEquals(rip, copy.rip);
      assertEquals(32, copy.rest);
      assertEquals(3, copy.live);
      assertSame(block, copy.block);
      assertEquals(HAVE_PLACES.contains(kind) ? site.place : 0, copy.place);
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
    Site site = new Site(Site.TIME, PAGE, block, 1);
    site.place = block.entry;
    site.live = Live.SSE | Live.X87;
    long at = copy(site).address;
    site.address = at;
    assertTrue(Site.isWorthKeeping(at));
    assertEquals(-1, Site.number(at));
    for (int number : new int[] {0, 5, (1 << 24) - 1}) {
      site.keep(area, number);
      assertEquals(number, Site.number(at));
    }
    assertThrows(IllegalStateException.class, () -> site.keep(area, 1 << 24));
    assertFalse(Site.isWorthKeeping(copy(new Site(Site.FAR, PAGE, block, 0)).address));
  }

  @Test
  void aBlocksStartSaysThatTheBlockIsDead() {
    long at = copy(new Site(Site.BUDGET, block.rip, block, 7)).address;
    area.write(at + 2, new byte[] {77}, 1);
    Site.becomeStale(area, at);
    Site site = new Site();
    site.read(at, block);
    assertEquals(Site.STALE, site.kind);
    assertEquals(0, site.rest);
    assertEquals(77, HostMemory.getByte(at + 2), "what stands behind it");
  }

  @Test
  void callsAreFoundByWhereTheyWouldComeBackTo() {
    out.reset();
    long[] displacements = {1, 1000, 1L << 40};
    for (int i = 0; i < displacements.length; i++) {
      Site site = new Site(Site.ACCESS, PAGE + i, block, 0);
      site.place = block.entry + 10 * i;
      site.displacement = displacements[i];
      out.int2(0x8000 + i);
      site.write(out, block.entry);
    }
    Site indirect = new Site(Site.INDIRECT, PAGE + 3, block, 0);
    indirect.place = block.entry + 5;
    out.int2(0x8003);
    indirect.write(out, block.entry);
    out.int2(0x8004);
    indirect.write(out, block.entry);
    out.writeTo(area, area.base());
    for (int i = 4; i >= 0; i--) {
      Site site = new Site();
      site.read(Site.called(area.base(), 0x8000 + i), block);
      assertEquals(PAGE + Math.min(i, 3), site.rip);
      assertEquals(i < 3 ? displacements[i] : 0, site.displacement);
      site.keep(area, i);
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(i, Site.number(Site.called(area.base(), 0x8000 + i)), "kept ones are found too");
    }
  }

  @Test
  void jumpsThatAreLinkedToABlockAreAChain() {
    Site site = new Site(Site.LINK, PAGE, block, 0);
    site.place = block.entry + 99;
    long at = copy(site).address;
    assertEquals(0, Site.next(at));
    assertEquals(block.entry + 99, Site.place(at, block));
    Site.next(area, at, 12345);
    assertEquals(12345, Site.next(at));
  }
}
