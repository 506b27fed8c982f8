package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
  @TempDir Path folder;

  @Test
  void the_first_start_makes_a_key_that_later_starts_read_again() throws IOException {
    Path data = folder.resolve("not/there/yet");

    MasterKey made = new MasterKeyFile(data).loadOrCreate();

    assertThat(new MasterKeyFile(data).loadOrCreate().bytes()).isEqualTo(made.bytes()).hasSize(32);
    assertThat(filesOf(data)).containsExactly("master.key");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void only_the_owner_may_read_the_file() throws IOException {
    new MasterKeyFile(folder).loadOrCreate();

    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("master.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void gateways_that_start_at_once_on_one_folder_agree_on_the_key() throws Exception {
    int starters = 8;
    ExecutorService pool = Executors.newFixedThreadPool(starters);
    CyclicBarrier together = new CyclicBarrier(starters);
    try {
      List<Future<String>> starts = new ArrayList<>();
      for (int i = 0; i < starters; i++) {
        starts.add(
            pool.submit(
                () -> {
                  together.await();
                  byte[] key = new MasterKeyFile(folder).loadOrCreate().bytes();
                  return Base64.getEncoder().encodeToString(key);
                }));
      }
      Set<String> keys = new HashSet<>();
      for (Future<String> start : starts) {
        keys.add(start.get());
      }
      assertThat(keys).hasSize(1);
      assertThat(filesOf(folder)).containsExactly("master.key");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void a_damaged_file_is_reported_and_not_replaced() throws IOException {
    Files.write(folder.resolve("master.key"), new byte[31]);

    assertThatThrownBy(() -> new MasterKeyFile(folder).loadOrCreate())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("31 bytes");
    assertThat(Files.size(folder.resolve("master.key"))).isEqualTo(31);
  }

  @Test
  void a_key_can_be_given_in_base64() {
    String setting = Base64.getEncoder().encodeToString(MasterKey.randomBytes());

    assertThat(MasterKey.ofBase64(setting + "\n").bytes())
        .isEqualTo(Base64.getDecoder().decode(setting));
  }

  @Test
  void a_given_key_that_is_not_32_bytes_is_refused_without_showing_it() {
    for (String wrong : List.of("", "dG9wc2VjcmV0", "not base64!")) {
      assertThatThrownBy(() -> MasterKey.ofBase64(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32 bytes in base64")
          .hasMessageNotContainingAny("dG9wc2VjcmV0", "not base64!");
    }
  }

  @Test
  void each_purpose_has_its_own_key_that_stays_the_same() {
    MasterKey master = new MasterKey(MasterKey.randomBytes());

    assertThat(master.derive("a")).isEqualTo(master.derive("a")).hasSize(32);
    assertThat(master.derive("a")).isNotEqualTo(master.derive("b")).isNotEqualTo(master.bytes());
  }

  private static List<String> filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
