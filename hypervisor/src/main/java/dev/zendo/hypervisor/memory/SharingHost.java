package dev.zendo.hypervisor.memory;

import dev.zendo.hypervisor.machine.FrozenLayer;
import dev.zendo.hypervisor.machine.PageMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What the host has for memory that domains have in common: less in sandboxes, and elsewhere than
 * on Linux.
 *
 * @param pageMap opens what tells which pages were written; null where nothing does
 * @param layers makes layers of so many pages
 */
record SharingHost(Supplier<PageMap> pageMap, IntFunction<FrozenLayer> layers) {
  /** This one, with what it has. */
  static final SharingHost THIS = new SharingHost(PageMap::open, FrozenLayer::allocate);
}
