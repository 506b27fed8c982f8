package io.comfygateway.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSliceTest {
  @TempDir Path folder;
  private Path file;
  private final byte[] content = new byte[200_000];

  @BeforeEach
  void write_a_file() throws Exception {
    new Random(1).nextBytes(content);
    file = Files.write(folder.resolve("file"), content);
  }

  @Test
  void a_part_is_read_from_its_first_byte_to_its_last() throws Exception {
    try (InputStream in = new FileSlice(file, 1000, 150_000)) {
      assertThat(in.available()).isEqualTo(150_000);
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 1000, 151_000));
      assertThat(in.read()).isEqualTo(-1);
    }
    try (InputStream in = new FileSlice(file, 199_999, 1)) {
      assertThat(in.read()).isEqualTo(content[199_999] & 0xFF);
      assertThat(in.read()).isEqualTo(-1);
    }
    try (InputStream in = new FileSlice(file, 0, 0)) {
      assertThat(in.read(new byte[10])).isEqualTo(-1);
      assertThat(in.read(new byte[0])).isZero();
    }
  }

  @Test
  void a_file_that_is_too_short_does_not_end_as_if_it_were_whole() throws Exception {
    try (InputStream in = new FileSlice(file, 199_990, 20)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(EOFException.class);
    }
  }
}
