package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A guest's side of a conversation with a server. */
final class Talk implements AutoCloseable {
  static final int LARGEST = 65_536;
  private static final int TAG = 0x1234;

  final NinePServer server;
  private final byte[] answer = new byte[LARGEST];

  Talk(Path folder, boolean readOnly, Limits limits) throws HostError {
    server = new NinePServer(new SharedTree(folder.toString(), readOnly, limits), LARGEST);
  }

  /** With a session and the root as fid 0. */
  static Talk attached(Path folder, boolean readOnly) throws HostError {
    return attached(folder, readOnly, Limits.NONE);
  }

  /** The same with limits. */
  static Talk attached(Path folder, boolean readOnly, Limits limits) throws HostError {
    Talk talk = new Talk(folder, readOnly, limits);
    talk.ask(talk.version(LARGEST, "9P2000.L"));
    talk.ask(talk.to(NinePMessage.TATTACH).u32(0).u32(-1).text("root").text("").u32(0));
    return talk;
  }

  Request to(int type) {
    return new Request(type, TAG);
  }

  Request version(int size, String dialect) {
    return to(NinePMessage.TVERSION).u32(size).text(dialect);
  }

  Request walk(int from, int to, String... names) {
    Request request = to(NinePMessage.TWALK).u32(from).u32(to).u16(names.length);
    for (String name : names) {
      request.text(name);
    }
    return request;
  }

  Request open(int fid, int flags) {
    return to(NinePMessage.TLOPEN).u32(fid).u32(flags);
  }

  Request create(int fid, String name, int flags, int mode) {
    return to(NinePMessage.TLCREATE).u32(fid).text(name).u32(flags).u32(mode).u32(0);
  }

  Request write(int fid, long offset, String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    return to(NinePMessage.TWRITE).u32(fid).u64(offset).u32(data.length).raw(data);
  }

  Request read(int fid, long offset, int count) {
    return to(NinePMessage.TREAD).u32(fid).u64(offset).u32(count);
  }

  Request readDirectory(int fid, long offset, int count) {
    return to(NinePMessage.TREADDIR).u32(fid).u64(offset).u32(count);
  }

  /** Makes a symbolic link. */
  Request link(int fid, String name, String target) {
    return to(NinePMessage.TSYMLINK).u32(fid).text(name).text(target).u32(0);
  }

  Request unlink(int fid, String name, int flags) {
    return to(NinePMessage.TUNLINKAT).u32(fid).text(name).u32(flags);
  }

  Request rename(int from, String name, int to, String newName) {
    return to(NinePMessage.TRENAMEAT).u32(from).text(name).u32(to).text(newName);
  }

  Request walkAttribute(int fid, int target, String name) {
    return to(NinePMessage.TXATTRWALK).u32(fid).u32(target).text(name);
  }

  Request createAttribute(int fid, String name, int size, int flags) {
    return to(NinePMessage.TXATTRCREATE).u32(fid).text(name).u64(size).u32(flags);
  }

  Request clunk(int fid) {
    return to(NinePMessage.TCLUNK).u32(fid);
  }

  private ByteBuffer send(byte[] request, int type) {
    ByteBuffer in = send(request);
    assertEquals(type, in.get(4) & 0xff);
    return in;
  }

  private ByteBuffer send(byte[] request) {
    int length = server.answer(request, request.length, answer);
    ByteBuffer in = ByteBuffer.wrap(answer, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(length, in.getInt());
    in.get();
    assertEquals(request[5] | request[6] << 8, in.getShort());
    return in;
  }

  /** Sends a request that succeeds; the body of its answer. */
  ByteBuffer ask(Request request) {
    byte[] bytes = request.bytes();
    return send(bytes, bytes[4] + 1);
  }

  /** Sends a request that may succeed; 0 if it did, otherwise its error. */
  int attempt(Request request) {
    ByteBuffer in = send(request.bytes());
    return (in.get(4) & 0xff) == NinePMessage.RLERROR ? in.getInt() : 0;
  }

  /** Sends a request that does not; its error. */
  int refused(Request request) {
    return send(request.bytes(), NinePMessage.RLERROR).getInt();
  }

  static String text(ByteBuffer in) {
    byte[] bytes = new byte[in.getShort()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** What a read gave. */
  static String data(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void skipQid(ByteBuffer in) {
    in.position(in.position() + Qid.SIZE);
  }

  /** Whether a message can be one at all, for {@link NinePServer#answer}. */
  static boolean isMessage(byte[] bytes) {
    return bytes.length >= NinePValues.HEADER_SIZE;
  }

  @Override
  public void close() {
    server.close();
  }
}
