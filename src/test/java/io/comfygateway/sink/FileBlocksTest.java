package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.models.Block;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks of a large file. */
class FileBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {1, FileBlocks.SIZE, FileBlocks.SIZE + 1, 2 * FileBlocks.SIZE})
  void the_blocks_in_their_order_are_the_file(int size) throws Exception {
    byte[] file = new byte[size];
    new Random(size).nextBytes(file);
    List<Block> taken = new ArrayList<>();
    ByteArrayOutputStream together = new ByteArrayOutputStream();

    FileBlocks blocks = new FileBlocks(new ByteArrayInputStream(file), taken);
    blocks.forEachRemaining(block -> together.writeBytes(all(block.getBlockStream())));

    assertThat(together.toByteArray()).isEqualTo(file);
    assertThat(taken).hasSize((size + FileBlocks.SIZE - 1) / FileBlocks.SIZE);
    assertThat(taken).extracting(Block::getName).doesNotHaveDuplicates();
    assertThat(taken).extracting(block -> block.getName().length()).containsOnly(8);
    assertThat(taken.stream().mapToLong(Block::getSizeLong).sum()).isEqualTo(size);
    assertThatThrownBy(blocks::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void a_file_that_has_changed_fails_before_its_last_block() {
    InputStream changed =
        new FilterInputStream(new ByteArrayInputStream(new byte[FileBlocks.SIZE])) {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            if (count < 0) {
              throw new IOException("another SHA-256");
            }
            return count;
          }
        };
    List<Block> taken = new ArrayList<>();

    assertThatThrownBy(() -> new FileBlocks(changed, taken).next())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("another SHA-256");
    assertThat(taken).isEmpty();
  }

  private static byte[] all(InputStream in) {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
