package io.comfygateway.output;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.Dimensions;
import io.comfygateway.store.StoreFullException;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** A file on the disk for as long as a step works on it. Closing it deletes it. */
public final class SpooledFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final String sha256;
  private final byte[] head;

  private SpooledFile(Path path, String sha256, byte[] head) {
    this.path = path;
    this.sha256 = sha256;
    this.head = head;
  }

  /**
   * Writes a stream into a file of its own.
   *
   * @param folder where it lies; made where it is not there
   * @param in the stream; the caller closes it
   * @param expected how many bytes it must have, where that is known
   * @throws IncompleteOutputException where it has another length
   * @throws StoreFullException where the disk has no space left
   */
  public static SpooledFile of(Path folder, InputStream in, OptionalLong expected)
      throws IOException {
    PrivateFiles.createDirectories(folder);
    Path path = folder.resolve(UUID.randomUUID() + ".part");
    try (OutputStream out = PrivateFiles.newOutputStream(path)) {
      DigestInputStream digested = new DigestInputStream(in, Sha256.newDigest());
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      long total = 0;
      int read;
      while ((read = digested.read(buffer)) >= 0) {
        head.write(buffer, 0, Math.min(read, ContentTypes.PAGE_HEAD - head.size()));
        total += read;
        if (total > expected.orElse(Long.MAX_VALUE)) {
          break;
        }
        out.write(buffer, 0, read);
      }
      if (total != expected.orElse(total)) {
        throw new IncompleteOutputException(expected.orElse(total), total);
      }
      String hex = HexFormat.of().formatHex(digested.getMessageDigest().digest());
      return new SpooledFile(path, hex, head.toByteArray());
    } catch (IOException e) {
      Files.deleteIfExists(path);
      throw e instanceof IncompleteOutputException ? e : StoreFullException.recognise(e, folder);
    }
  }

  public Path path() {
    return path;
  }

  /** Its size in bytes, as it is now. */
  public long bytes() throws IOException {
    return Files.size(path);
  }

  /** The SHA-256 of what was written into it, 64 lower-case hexadecimal digits. */
  public String sha256() {
    return sha256;
  }

  /** Its size in pixels, where it is an image whose header says so. */
  public Optional<Dimensions> dimensions() {
    return Dimensions.of(head);
  }

  /** Its media type by its first bytes, or by its name where they say nothing. */
  public String contentType(String filename) {
    return ContentTypes.of(filename, head);
  }

  /** Its media type by its first bytes alone. */
  public Optional<String> signature() {
    return ContentTypes.ofBytes(head);
  }

  /** Whether it is an HTML page. */
  public boolean isPage() {
    return ContentTypes.isPage(head);
  }

  /** Its content. The file is deleted when the stream has been read to its end, or is closed. */
  public InputStream lastReading() throws IOException {
    return new FilterInputStream(Files.newInputStream(path)) {
      private boolean isAtEnd;

      @Override
      public int read() throws IOException {
        return isAtEnd ? -1 : notedEnd(super.read());
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return isAtEnd ? -1 : notedEnd(super.read(bytes, offset, length));
      }

      private int notedEnd(int read) throws IOException {
        if (read < 0) {
          isAtEnd = true;
          close();
        }
        return read;
      }

      @Override
      public void close() throws IOException {
        super.close();
        SpooledFile.this.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
