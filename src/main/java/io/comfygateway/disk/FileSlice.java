package io.comfygateway.disk;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a file from an offset on, as a stream that ends after a given length. */
public final class FileSlice extends InputStream {
  private final SeekableByteChannel channel;
  private long remaining;

  /**
   * Opens the file.
   *
   * @param offset the first byte
   * @param length how many bytes; reading throws {@link EOFException} where the file has fewer, so
   *     that a response which promised them does not end as if it were whole
   */
  public FileSlice(Path file, long offset, long length) throws IOException {
    this.channel = Files.newByteChannel(file);
    this.channel.position(offset);
    this.remaining = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (remaining == 0) {
      return -1;
    }
    int read = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, remaining)));
    if (read < 0) {
      throw new EOFException("the file ends " + remaining + " bytes before its promised end");
    }
    remaining -= read;
    return read;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, remaining);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
