package io.comfygateway.media;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The bytes of a file, read one after the other from any place of it. Reading or skipping beyond
 * the end throws {@link EOFException}.
 */
final class FileBytes implements Closeable {
  private final RandomAccessFile file;
  private final long length;
  private final byte[] buffer = new byte[64 * 1024];
  private long bufferStart;
  private int buffered;
  private long position;

  FileBytes(Path file) throws IOException {
    this.file = new RandomAccessFile(file.toFile(), "r");
    this.length = this.file.length();
  }

  long length() {
    return length;
  }

  long position() {
    return position;
  }

  boolean atEnd() {
    return position >= length;
  }

  /** Goes to a place; reading there fails if it is beyond the end. */
  void seek(long to) {
    position = to;
  }

  void skip(long bytes) throws EOFException {
    if (bytes < 0 || bytes > length - position) {
      throw new EOFException();
    }
    position += bytes;
  }

  int u8() throws IOException {
    if (position < bufferStart || position >= bufferStart + buffered) {
      fill();
    }
    return buffer[(int) (position++ - bufferStart)] & 0xFF;
  }

  private void fill() throws IOException {
    if (position < 0 || position >= length) {
      throw new EOFException();
    }
    file.seek(position);
    bufferStart = position;
    buffered = Math.max(0, file.read(buffer));
    if (buffered == 0) {
      throw new EOFException();
    }
  }

  int big16() throws IOException {
    return u8() << 8 | u8();
  }

  long big32() throws IOException {
    return (long) big16() << 16 | big16();
  }

  int little16() throws IOException {
    return u8() | u8() << 8;
  }

  int little24() throws IOException {
    return little16() | u8() << 16;
  }

  long little32() throws IOException {
    return little16() | (long) little16() << 16;
  }

  /** Bytes as Latin-1, such as the name of a chunk. */
  String text(int bytes) throws IOException {
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = (byte) u8();
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Up to so many bytes from a place, fewer at the end of the file; the position stays. */
  byte[] peek(long from, int most) throws IOException {
    byte[] bytes = new byte[(int) Math.max(0, Math.min(most, length - from))];
    file.seek(from);
    file.readFully(bytes);
    return bytes;
  }

  /** Skips white space and zeros, which mean nothing to any program. */
  void skipPadding() throws IOException {
    while (!atEnd()) {
      int next = u8();
      if (next != 0 && next != ' ' && (next < '\t' || next > '\r')) {
        position--;
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
