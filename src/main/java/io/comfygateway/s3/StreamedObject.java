package io.comfygateway.s3;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An object that is written as its bytes stream by. A part of them at a time is on the disk, from
 * where it is sent, so that it can be sent again and no part is in memory. The object is there when
 * it is whole, and not before. Closing it removes the part from the disk.
 */
public final class StreamedObject implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final BucketFolder folder;
  private final String name;
  private final Path temporary;
  private final FileChannel channel;
  private final MessageDigest digest = Sha256.newDigest();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private byte[] head = new byte[0];
  private long total;
  private S3Upload.@Nullable Parts parts;

  /**
   * What went through.
   *
   * @param sha256 in lower-case hexadecimal digits
   * @param head the first bytes, 64 KiB at most
   */
  public record Written(long bytes, String sha256, byte[] head) {}

  /**
   * Begins an object.
   *
   * @param temporary the file for a part, which does not exist yet
   * @throws IOException if the file cannot be created
   */
  public StreamedObject(BucketFolder folder, String name, Path temporary) throws IOException {
    this.folder = folder;
    this.name = name;
    this.temporary = temporary;
    this.channel =
        PrivateFiles.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /**
   * Writes the object. When this returns, it is stored; when it throws, nothing of it is there.
   *
   * @param expected the size, if it is known; a larger object than usual has larger parts
   * @param contentType gives the media type for the first bytes
   * @throws io.comfygateway.store.StoreUnavailableException if the server does not take it
   * @throws IOException if the stream cannot be read, or the part cannot be written to the disk
   */
  public Written write(InputStream in, OptionalLong expected, Function<byte[], String> contentType)
      throws IOException {
    try {
      int first = in.readNBytes(buffer, 0, buffer.length);
      head = Arrays.copyOf(buffer, first);
      S3Upload upload = folder.upload(folder.client(), name, contentType.apply(head));
      long partBytes = upload.partBytes(expected.orElse(0));
      write(first);
      long length = first + fill(in, partBytes - first);
      if (length < partBytes) {
        String hex = hex();
        upload.whole(temporary, hex);
        return new Written(total, hex, head);
      }
      parts = upload.parts();
      while (length > 0) {
        parts.add(temporary, 0, length);
        channel.truncate(0);
        length = fill(in, partBytes);
      }
      parts.complete();
      parts = null;
      return new Written(total, hex(), head);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (SdkException | NoCredentialsException e) {
      throw BucketFolder.unavailable(e);
    } finally {
      if (parts != null) {
        parts.abort();
      }
    }
  }

  private long fill(InputStream in, long atMost) throws IOException {
    long filled = 0;
    while (filled < atMost) {
      int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, atMost - filled));
      if (read == 0) {
        break;
      }
      write(read);
      filled += read;
    }
    return filled;
  }

  private void write(int length) throws IOException {
    digest.update(buffer, 0, length);
    total += length;
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }
}
