package io.comfygateway.extension;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Maven repository in a folder. */
public final class FolderRepository {
  private final Path folder;

  public FolderRepository(Path folder) {
    this.folder = folder;
  }

  public URI url() {
    return folder.toUri();
  }

  /** Puts a library in, with the coordinates of what it needs. */
  public FolderRepository with(String coordinates, String... needs) throws IOException {
    Coordinates one = Coordinates.parse(coordinates).orElseThrow();
    StringBuilder dependencies = new StringBuilder();
    for (String need : needs) {
      Coordinates other = Coordinates.parse(need).orElseThrow();
      dependencies.append(
          "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>"
              .formatted(other.group(), other.artifact(), other.version()));
    }
    put(
        file(one, "pom"),
        """
        <project><modelVersion>4.0.0</modelVersion><groupId>%s</groupId><artifactId>%s</artifactId>\
        <version>%s</version><dependencies>%s</dependencies></project>"""
            .formatted(one.group(), one.artifact(), one.version(), dependencies)
            .getBytes(StandardCharsets.UTF_8));
    put(file(one, "jar"), ("the classes of " + coordinates).getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Puts a library in with its classes. */
  public FolderRepository withJar(String coordinates, Path jar, String... needs)
      throws IOException {
    with(coordinates, needs);
    put(file(coordinates), Files.readAllBytes(jar));
    return this;
  }

  /** The file of a library. */
  public Path file(String coordinates) {
    return file(Coordinates.parse(coordinates).orElseThrow(), "jar");
  }

  private Path file(Coordinates one, String ending) {
    return folder
        .resolve(one.group().replace('.', '/'))
        .resolve(one.artifact())
        .resolve(one.version())
        .resolve(one.artifact() + "-" + one.version() + "." + ending);
  }

  private static void put(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(bytes);
      Files.writeString(Path.of(file + ".sha1"), HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
