package io.comfygateway.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An H2 database that has its tables and nothing in them. It is made once; a copy is there much
 * sooner, since every step of a migration is synced to the disk.
 */
public final class NewDatabase {
  private static final String FILE = "gateway.mv.db";
  private static final byte[] CONTENT = make();

  private NewDatabase() {}

  private static byte[] make() {
    try {
      Path folder = Files.createTempDirectory("new-database");
      new Database(DatabaseKind.H2.inEmptyPlace(folder), 2).close();
      byte[] content = Files.readAllBytes(folder.resolve(FILE));
      Files.delete(folder.resolve(FILE));
      Files.delete(folder);
      return content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts a copy into a data folder that has no database yet. */
  public static void copyTo(Path folder) {
    try {
      Files.createDirectories(folder);
      if (Files.notExists(folder.resolve(FILE))) {
        Files.write(folder.resolve(FILE), CONTENT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
