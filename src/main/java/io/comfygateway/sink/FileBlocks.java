package io.comfygateway.sink;

import com.azure.storage.blob.models.Block;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.camel.component.azure.storage.blob.BlobBlock;

/**
 * A file as blocks of 4 MiB; Azure takes 50,000 of them, so 195 GiB. The blocks of each try have
 * the same ids, so that those of a try that broke off are replaced.
 */
final class FileBlocks implements Iterator<BlobBlock> {
  static final int SIZE = 4 * 1024 * 1024;

  private final InputStream file;
  private final List<Block> taken;
  private byte[] next;

  /**
   * Makes the iterator.
   *
   * @param file is read to its end
   * @param taken gets an entry for each block
   */
  FileBlocks(InputStream file, List<Block> taken) {
    this.file = file;
    this.taken = taken;
    this.next = read();
  }

  @Override
  public boolean hasNext() {
    return next.length > 0;
  }

  @Override
  public BlobBlock next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the file has no further block");
    }
    byte[] block = next;
    // The end is read before the last block is sent: a file that has changed fails here.
    next = read();
    String id =
        Base64.getEncoder()
            .encodeToString("%06d".formatted(taken.size()).getBytes(StandardCharsets.US_ASCII));
    BlobBlock made = BlobBlock.createBlobBlock(id, block.length, new ByteArrayInputStream(block));
    taken.add(made.getBlockEntry());
    return made;
  }

  private byte[] read() {
    try {
      return file.readNBytes(SIZE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
