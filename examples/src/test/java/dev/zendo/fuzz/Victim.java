package dev.zendo.fuzz;

import dev.zendo.hypercalls.grant.GrantFlags;
import dev.zendo.hypervisor.Hypervisor;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.machine.FrameTable;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A paused domain whose memory must stay as it is, except for one page that it grants writable. It
 * grants another one for reading.
 */
final class Victim {
  private static final int READABLE = 8;
  private static final int WRITABLE = 9;

  private final Hypervisor hypervisor;
  private final int id;
  private final List<Long> frames = new ArrayList<>();
  private final long grants;
  private final long readable;
  private final long writable;
  private final long sum;

  /** Takes a domain that is paused. */
  Victim(Hypervisor hypervisor, int id) {
    this.hypervisor = hypervisor;
    this.id = id;
    FrameTable table = hypervisor.memoryCore().paging().table();
    long pageToRead = -1;
    long pageToWrite = -1;
    for (long mfn = 0; mfn < table.frames(); mfn++) {
      if (table.owner(mfn) == id && !table.isExtra(mfn)) {
        if (pageToWrite < 0 && table.type(mfn) == FrameTable.WRITABLE) {
          pageToWrite = mfn;
        } else {
          pageToRead = table.type(mfn) == FrameTable.WRITABLE ? mfn : pageToRead;
          frames.add(mfn);
        }
      }
    }
    readable = pageToRead;
    writable = pageToWrite;
    Domain domain = hypervisor.domain(id);
    grants = hypervisor.memory().address(hypervisor.memoryCore().grantFrame(domain, 0));
    sum = sum();
  }

  int id() {
    return id;
  }

  /** Frames of others that a domain may try to use: the victim's, domain 0's, the hypervisor's. */
  long[] frames(Random random) {
    FrameTable table = hypervisor.memoryCore().paging().table();
    long[] some = new long[12];
    some[0] = readable;
    some[1] = writable;
    some[2] = hypervisor.domain(id).sharedInfoMfn();
    some[3] = hypervisor.domain(id).vcpu(0).kernelRoot();
    some[4] = hypervisor.domain(0).sharedInfoMfn();
    some[5] = table.frames() - 1;
    some[6] = table.frames();
    some[7] = 0xb8;
    for (int i = 8; i < some.length; i++) {
      some[i] = frames.get(random.nextInt(frames.size()));
    }
    return some;
  }

  /** Lets two domains read one page and write another. */
  void grantTo(int reader, int writer) {
    grant(READABLE, reader, readable, GrantFlags.PERMIT_ACCESS | GrantFlags.READONLY);
    grant(WRITABLE, writer, writable, GrantFlags.PERMIT_ACCESS);
  }

  private void grant(int reference, int user, long mfn, int flags) {
    HostMemory.putInt(grants + 8L * reference + 4, (int) mfn);
    HostMemory.putInt(grants + 8L * reference, flags | user << 16);
  }

  private long sum() {
    long all = 0;
    for (long mfn : frames) {
      long at = hypervisor.memory().address(mfn);
      long page = 0;
      for (int i = 0; i < MachineMemory.FRAME_SIZE; i += 8) {
        page = page * 31 + HostMemory.getLong(at + i);
      }
      all = all * 31 + page;
    }
    return all;
  }

  /** Looks whether anything changed or is still in use. */
  Optional<String> check() {
    int marks = GrantFlags.READING | GrantFlags.WRITING;
    if (sum() != sum) {
      return Optional.of("memory of the victim has changed");
    }
    for (int reference : new int[] {READABLE, WRITABLE}) {
      if ((HostMemory.getInt(grants + 8L * reference) & marks) != 0) {
        return Optional.of("grant " + reference + " of the victim is still marked as in use");
      }
    }
    return Optional.empty();
  }
}
