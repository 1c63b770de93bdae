package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.CodeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * All decoded blocks of an engine by the frame they were decoded from, shared by all vcpus of all
 * domains: a block depends on the bytes of its frame and its virtual address only. Thread-safe.
 */
final class CodeCache implements CodeMap.Listener {
  private static final int CHUNK_SHIFT = 7;
  private static final int CHUNK = 1 << CHUNK_SHIFT;

  /** Bytes of heap that a decoded instruction takes, about; including its share of the block. */
  private static final int INSTRUCTION_BYTES = 128;

  private final CodeMap codeMap;
  private final long limit;
  private final AtomicLong decoded = new AtomicLong();
  private final AtomicReferenceArray<AtomicReferenceArray<FrameCode>> chunks;

  /** A cache that takes at most about an eighth of the heap. */
  CodeCache(CodeMap codeMap, long frames) {
    this(codeMap, frames, Runtime.getRuntime().maxMemory() / 8 / INSTRUCTION_BYTES);
  }

  /** A cache of at most {@code limit} instructions, after which it starts over. */
  CodeCache(CodeMap codeMap, long frames, long limit) {
    this.codeMap = codeMap;
    this.limit = limit;
    this.chunks = new AtomicReferenceArray<>((int) (frames + CHUNK - 1 >>> CHUNK_SHIFT));
  }

  /** The code of a frame, null when none was ever decoded. */
  FrameCode peek(long mfn) {
    AtomicReferenceArray<FrameCode> chunk = chunks.get((int) (mfn >>> CHUNK_SHIFT));
    return chunk == null ? null : chunk.get((int) mfn & CHUNK - 1);
  }

  /** The code of a frame, created empty at need. */
  FrameCode frame(long mfn) {
    FrameCode code = peek(mfn);
    return code != null ? code : create(mfn);
  }

  private FrameCode create(long mfn) {
    int high = (int) (mfn >>> CHUNK_SHIFT);
    if (chunks.get(high) == null) {
      chunks.compareAndSet(high, null, new AtomicReferenceArray<>(CHUNK));
    }
    chunks.get(high).compareAndSet((int) mfn & CHUNK - 1, null, new FrameCode());
    return peek(mfn);
  }

  /** Accounts for a new block; starts over when the cache is full. */
  void added(int instructions) {
    if (decoded.addAndGet(instructions) > limit) {
      decoded.set(0);
      for (int i = 0; i < chunks.length(); i++) {
        forget(chunks.get(i));
      }
    }
  }

  private static void forget(AtomicReferenceArray<FrameCode> chunk) {
    for (int i = 0; chunk != null && i < CHUNK; i++) {
      FrameCode code = chunk.get(i);
      if (code != null) {
        code.forget();
      }
    }
  }

  @Override
  public void invalidate(long mfn) {
    FrameCode code = peek(mfn);
    if (code != null) {
      code.dropAll();
    }
  }

  @Override
  public void invalidate(long mfn, int offset, int bytes) {
    FrameCode code = peek(mfn);
    if (code != null) {
      code.drop(mfn, offset, bytes);
    }
  }

  /** See {@link FrameCode#interferes}. */
  boolean interferes(long mfn, int offset, int bytes) {
    FrameCode code = peek(mfn);
    return code != null && code.interferes(mfn, offset, bytes);
  }

  /** Follows up a store to a frame that is marked as holding code. */
  void stored(long mfn, int offset, int bytes) {
    FrameCode code = peek(mfn);
    switch (code == null ? FrameCode.GIVE_UP : code.afterStore(mfn, offset, bytes)) {
      case FrameCode.DROP_OVERLAP:
        codeMap.written(mfn, offset, bytes);
        break;
      case FrameCode.GIVE_UP:
        codeMap.written(mfn);
        break;
      default:
        // Other engines may have decoded the bytes.
        codeMap.written(mfn, offset, bytes);
        break;
    }
  }
}
