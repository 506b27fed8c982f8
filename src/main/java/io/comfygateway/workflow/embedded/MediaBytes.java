package io.comfygateway.workflow.embedded;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a media file, at any position. Numbers are big-endian unless a name says so. */
final class MediaBytes implements Closeable {
  private final Source source;
  private final Closeable file;
  private final long size;

  private interface Source {
    int read(ByteBuffer into, long at) throws IOException;
  }

  private MediaBytes(Source source, Closeable file, long size) {
    this.source = source;
    this.file = file;
    this.size = size;
  }

  static MediaBytes open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    return new MediaBytes(channel::read, channel, channel.size());
  }

  /** A file that is in memory. */
  static MediaBytes of(byte[] content) {
    return new MediaBytes(
        (into, at) -> {
          int count = Math.min(into.remaining(), content.length - (int) at);
          into.put(content, (int) at, count);
          return count;
        },
        () -> {},
        content.length);
  }

  long size() {
    return size;
  }

  /**
   * Some bytes.
   *
   * @throws EOFException if the file ends before
   */
  byte[] bytes(long at, int count) throws IOException {
    if (at < 0 || count < 0 || at > size - count) {
      throw new EOFException();
    }
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (source.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return buffer.array();
  }

  /** Whether the file has this ISO 8859-1 text at a position. */
  boolean has(long at, String text) throws IOException {
    return at <= size - text.length()
        && text(at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
  }

  String text(long at, int count, Charset charset) throws IOException {
    return new String(bytes(at, count), charset);
  }

  int u8(long at) throws IOException {
    return bytes(at, 1)[0] & 0xff;
  }

  int u16(long at) throws IOException {
    return ByteBuffer.wrap(bytes(at, 2)).getShort() & 0xffff;
  }

  int u24(long at) throws IOException {
    return (int) (u32(at - 1) & 0xff_ffff);
  }

  long u32(long at) throws IOException {
    return ByteBuffer.wrap(bytes(at, 4)).getInt() & 0xffff_ffffL;
  }

  long u64(long at) throws IOException {
    return ByteBuffer.wrap(bytes(at, 8)).getLong();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
