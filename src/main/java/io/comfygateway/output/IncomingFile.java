package io.comfygateway.output;

import io.comfygateway.digest.Sha256;
import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.Dimensions;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file that is being received. It is locked while it is, so that another process can tell it from
 * what a crash left. Closing it deletes it unless it was published.
 */
final class IncomingFile implements Closeable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel channel;

  /** What went through: its size, its digest, and what its first bytes say. */
  record Received(long bytes, String sha256, String contentType, Optional<Dimensions> dimensions) {}

  IncomingFile(Path path) throws IOException {
    this.path = path;
    this.channel = PrivateFiles.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      channel.tryLock();
    } catch (IOException e) {
      // A file system without locks: a sweep then leaves the file alone, and so does this.
      return;
    }
  }

  Received receive(InputStream in, String filename, OptionalLong expected) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    Optional<Dimensions> dimensions = Optional.empty();
    String contentType = ContentTypes.of(filename, new byte[0]);
    long total = 0;
    int read;
    while ((read = in.readNBytes(buffer, 0, buffer.length)) > 0) {
      if (total == 0) {
        byte[] head = Arrays.copyOf(buffer, read);
        dimensions = Dimensions.of(head);
        contentType = ContentTypes.of(filename, head);
      }
      total += read;
      if (total > expected.orElse(Long.MAX_VALUE)) {
        throw new IncompleteOutputException(expected.getAsLong(), total);
      }
      digest.update(buffer, 0, read);
      write(ByteBuffer.wrap(buffer, 0, read));
    }
    if (total != expected.orElse(total)) {
      throw new IncompleteOutputException(expected.getAsLong(), total);
    }
    String hex = HexFormat.of().formatHex(digest.digest());
    return new Received(total, hex, contentType, dimensions);
  }

  /** Brings the file to the disk, then to its place, where it takes the place of what was there. */
  void publish(Path target) throws IOException {
    DiskSyncs.force(channel);
    channel.close();
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DurableFolder.sync(DurableFolder.of(target));
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
