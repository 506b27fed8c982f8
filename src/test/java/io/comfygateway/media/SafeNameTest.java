package io.comfygateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class SafeNameTest {

  @ParameterizedTest
  @CsvFileSource(resources = "/output/names.csv", delimiter = ';', quoteCharacter = '\'')
  void a_name_becomes_safe(String name, String safe) {
    assertThat(SafeName.of(name)).isEqualTo(safe);
  }

  @Test
  void nothing_invisible_stays_in_a_name() {
    assertThat(SafeName.of("a\u0000b\r\nc\u007f.png")).isEqualTo("abc.png");
    assertThat(SafeName.of("photo\u202egnp.exe")).isEqualTo("photognp.exe");
    assertThat(SafeName.of("\ud800x.png")).isEqualTo("x.png");
    assertThat(SafeName.of("e\u0301.png")).isEqualTo("\u00e9.png");
    assertThat(SafeName.of("")).isEqualTo("file");
  }

  @Test
  void a_long_name_is_cut_and_keeps_its_extension() {
    String cut = SafeName.of("😀".repeat(200) + ".safetensors");

    assertThat(cut).startsWith("😀😀").endsWith("😀.safetensors");
    assertThat(cut.getBytes(StandardCharsets.UTF_8).length)
        .isBetween(SafeName.MAX_BYTES - 4, SafeName.MAX_BYTES);
    assertThat(SafeName.of("x".repeat(300))).hasSize(SafeName.MAX_BYTES);
  }

  @Test
  void any_name_at_all_stays_in_its_folder_and_is_stable(@TempDir Path folder) throws Exception {
    Random random = new Random(7);
    String alphabet = "ab./\\:*?\"<>|\0\n\r\t .%~$é猫CONul1\u202e\ud800";
    for (int i = 0; i < 2000; i++) {
      StringBuilder name = new StringBuilder();
      for (int length = random.nextInt(40); length > 0; length--) {
        name.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String safe = SafeName.of(name.toString());
      assertThat(SafeName.of(safe)).isEqualTo(safe);
      assertThat(folder.resolve(safe).normalize().getParent()).isEqualTo(folder);
      Files.writeString(folder.resolve(safe), "x");
    }
  }

  @ParameterizedTest
  @CsvSource({"a.PNG,png", "a.tar.gz,gz", "a,''", "a.,''", "a.not an extension,''", ".png,png"})
  void an_extension_is_read(String name, String extension) {
    assertThat(SafeName.extension(name)).isEqualTo(extension);
  }
}
