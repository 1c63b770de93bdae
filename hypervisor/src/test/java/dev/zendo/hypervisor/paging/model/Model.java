package dev.zendo.hypervisor.paging.model;

import static dev.zendo.hypervisor.machine.FrameTable.DESCRIPTORS;
import static dev.zendo.hypervisor.machine.FrameTable.L1;
import static dev.zendo.hypervisor.machine.FrameTable.L4;
import static dev.zendo.hypervisor.machine.FrameTable.NONE;
import static dev.zendo.hypervisor.machine.FrameTable.WRITABLE;

/**
 * The rules: what an operation makes of a state, or that it is refused. An operation is allowed
 * when what it adds fits to everything that is there, also to what it is about to replace.
 */
final class Model {
  private Model() {}

  /** The state after an operation, possibly the same object; null when it is refused. */
  static ModelState apply(ModelState state, Operation operation) {
    int a = operation.a();
    int b = operation.b();
    ModelState next =
        switch (operation.kind()) {
          case STORE -> store(state, a, b);
          case PIN -> pin(state, a, b);
          case UNPIN -> unpin(state, a);
          case KERNEL_ROOT -> kernelRoot(state, a);
          case USER_ROOT -> userRoot(state, a);
          case DESCRIPTORS -> descriptors(state, a);
          case DECREASE -> decrease(state, a);
          case MAP_GRANT -> mapGrant(state, a, b != 0);
          case UNMAP_GRANT -> unmapGrant(state);
          case LEND -> lend(state, a, b != 0);
          case UNLEND -> unlend(state);
        };
    return next == null || next == state ? next : settle(next);
  }

  /**
   * Notes what became of the frames: forgets what was in those that have gone back, and how entries
   * of former tables were meant.
   */
  private static ModelState settle(ModelState state) {
    References references = References.of(state);
    for (int slot = 0; slot < Frames.SLOTS; slot++) {
      int host = Frames.host(slot);
      if (!references.exists(host)) {
        state.entry(slot, Entries.EMPTY);
      } else if (!References.isTable(references.type(host))) {
        state.entry(slot, Entries.written(state.entry(slot)));
      }
    }
    for (int frame = 0; frame < Frames.FREE; frame++) {
      boolean stained = references.exists(frame) && state.stained(frame);
      state.stain(frame, stained || references.type(frame) == L4);
    }
    return state;
  }

  private static ModelState store(ModelState state, int slot, int entry) {
    References references = References.of(state);
    int host = Frames.host(slot);
    int type = references.type(host);
    if (!references.exists(host) || type == DESCRIPTORS) {
      return null;
    }
    int old = state.entry(slot);
    boolean table = References.isTable(type);
    if (table && Entries.written(old) == entry) {
      return state;
    }
    ModelState next = state.copy();
    next.entry(slot, entry);
    return !table || references(state, next).acquireEntry(host, type, slot) ? next : null;
  }

  /**
   * The references of one state, for changes of the next one, which differs from it in nothing that
   * they have looked at.
   */
  private static References references(ModelState state, ModelState next) {
    return References.of(state).continuedIn(next);
  }

  private static ModelState acquire(ModelState state, int frame, int type) {
    ModelState next = state.copy();
    return references(state, next).acquire(frame, type) ? next : null;
  }

  private static ModelState pin(ModelState state, int frame, int level) {
    ModelState next = acquire(state, frame, level);
    if (next == null || state.pin(frame) != 0) {
      return null;
    }
    next.pin(frame, level);
    return next;
  }

  private static ModelState unpin(ModelState state, int frame) {
    if (state.pin(frame) == 0) {
      return null;
    }
    ModelState next = state.copy();
    next.pin(frame, 0);
    return next;
  }

  private static ModelState kernelRoot(ModelState state, int frame) {
    if (state.kernelRoot() == frame) {
      return state;
    }
    ModelState next = acquire(state, frame, L4);
    if (next != null) {
      next.kernelRoot(frame);
    }
    return next;
  }

  private static ModelState userRoot(ModelState state, int frame) {
    if (state.userRoot() == frame) {
      return state;
    }
    ModelState next = frame < 0 ? state.copy() : acquire(state, frame, L4);
    if (next != null) {
      next.userRoot(frame);
    }
    return next;
  }

  private static ModelState descriptors(ModelState state, int frame) {
    ModelState next = frame < 0 ? state.copy() : acquire(state, frame, DESCRIPTORS);
    if (next != null) {
      next.descriptors(frame);
    }
    return next;
  }

  private static ModelState decrease(ModelState state, int frame) {
    if (!References.of(state).exists(frame)) {
      return null;
    }
    ModelState next = state.copy();
    next.giveUp(frame);
    return next;
  }

  private static ModelState mapGrant(ModelState state, int slot, boolean writable) {
    boolean good = state.grantSlot() < 0 && References.of(state).type(Frames.host(slot)) == L1;
    if (!good) {
      return null;
    }
    ModelState next = state.copy();
    next.entry(slot, Entries.of(Frames.FOREIGN, writable));
    next.grant(slot, writable);
    return next;
  }

  /** The mapping must still be where it was made; otherwise its handle stays. */
  private static ModelState unmapGrant(ModelState state) {
    int slot = state.grantSlot();
    boolean good =
        slot >= 0
            && References.of(state).type(Frames.host(slot)) == L1
            && state.entry(slot) == Entries.of(Frames.FOREIGN, state.grantWritable());
    if (!good) {
      return null;
    }
    ModelState next = state.copy();
    next.entry(slot, Entries.EMPTY);
    next.grant(ModelState.NONE, false);
    return next;
  }

  private static ModelState lend(ModelState state, int frame, boolean writable) {
    References references = References.of(state);
    int type = references.type(frame);
    boolean good = !writable || type == NONE || type == WRITABLE;
    if (state.lent() >= 0 || !references.exists(frame) || !good) {
      return null;
    }
    ModelState next = state.copy();
    next.lend(frame, writable);
    return next;
  }

  private static ModelState unlend(ModelState state) {
    if (state.lent() < 0) {
      return null;
    }
    ModelState next = state.copy();
    next.lend(ModelState.NONE, false);
    return next;
  }
}
