package io.comfygateway.media;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;

/** For tests of what files are by their bytes: the bytes, and what the rules say of them. */
abstract class JudgedFiles {
  private static final FileRules RULES = new FileRules(1_000_000, 10_000, 8);
  @TempDir private Path folder;

  final String typeOf(InputType kind, String name, byte[] bytes) throws Exception {
    return typeOf(kind, FileKind.USUAL, name, bytes);
  }

  final String typeOf(Set<FileKind> accepts, String name, byte[] bytes) throws Exception {
    return typeOf(InputType.FILE, accepts, name, bytes);
  }

  final String typeOf(InputType kind, Set<FileKind> accepts, String name, byte[] bytes)
      throws Exception {
    return RULES.typeOf(kind, accepts, name, Files.write(folder.resolve("file"), bytes));
  }

  final void refused(Set<FileKind> accepts, byte[] bytes, String why) {
    assertThatThrownBy(() -> typeOf(accepts, "photo.png", bytes))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageContaining(why);
  }

  final void refused(InputType kind, byte[] bytes, String why) {
    assertThatThrownBy(() -> typeOf(kind, "photo.png", bytes))
        .as(kind + " " + new String(bytes, 0, Math.min(40, bytes.length), UTF_8))
        .isInstanceOf(UnfitFileException.class)
        .hasMessageContaining(why);
  }

  static byte[] png(int width, int height, int frames) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(hex("89504E470D0A1A0A"));
    file.writeBytes(
        chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).putInt(134348800)));
    if (frames > 1) {
      file.writeBytes(chunk("acTL", ByteBuffer.allocate(8).putInt(frames)));
    }
    file.writeBytes(chunk("IDAT", ByteBuffer.allocate(10)));
    file.writeBytes(chunk("IEND", ByteBuffer.allocate(0)));
    return file.toByteArray();
  }

  static byte[] chunk(String type, ByteBuffer data) {
    CRC32 sum = new CRC32();
    sum.update(type.getBytes(UTF_8));
    sum.update(data.array());
    return ByteBuffer.allocate(12 + data.capacity())
        .putInt(data.capacity())
        .put(type.getBytes(UTF_8))
        .put(data.array())
        .putInt((int) sum.getValue())
        .array();
  }

  static byte[] gif(int width, int height, int frames) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] size = {(byte) width, 0, (byte) height, 0};
    file.writeBytes("GIF89a".getBytes(UTF_8));
    file.writeBytes(size);
    file.writeBytes(hex("000000"));
    for (int i = 0; i < frames; i++) {
      file.writeBytes(hex("2C00000000"));
      file.writeBytes(size);
      file.writeBytes(hex("0002024C0100"));
    }
    file.write(0x3B);
    return file.toByteArray();
  }

  static byte[] glb() {
    return with("glTF".getBytes(UTF_8), hex("0200000014000000000000004A534F4E"));
  }

  static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("run.sh"));
      zip.setComment("a comment");
    }
    return bytes.toByteArray();
  }

  static byte[] with(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static byte[] image(String name) throws IOException {
    try (InputStream in = JudgedFiles.class.getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }
}
