package io.comfygateway.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.files.FilesFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Writes a backup, a zip file. The database comes first, as of one moment, and then the files, so
 * that every file that the database names is in it. The backup is written under a temporary name
 * and renamed when it is complete and on the disk.
 */
public final class BackupWriter {
  static final String ABOUT = "backup.json";
  static final int FORMAT = 1;

  private final BackupPlaces places;
  private final About about;
  private long files;
  private long bytes;

  /**
   * The description in a backup.
   *
   * @param format the version of the format; this program reads 1
   * @param version the version of the program that made it
   * @param madeAt when it was made, in ISO 8601
   * @param hasMasterKey whether it contains the master key, which is not in a setting then
   */
  public record About(int format, String version, String madeAt, boolean hasMasterKey) {}

  /**
   * What was written.
   *
   * @param files the number of files of jobs
   * @param bytes the size before compression
   */
  public record Written(long files, long bytes, boolean hasMasterKey) {}

  /** A copy of the database. */
  public interface DatabaseCopy {
    InputStream open() throws IOException;
  }

  /**
   * Makes a writer.
   *
   * @param version the version of this program
   */
  public BackupWriter(BackupPlaces places, String version, Instant now) {
    this.places = places;
    this.about =
        new About(
            FORMAT,
            version,
            now.toString(),
            Files.exists(places.data().resolve(BackupPlaces.MARKS.get(0))));
  }

  /** The copy in a snapshot of a running gateway. */
  public static DatabaseCopy ofSnapshot(Path zip) {
    return () -> {
      ZipInputStream in = new ZipInputStream(Files.newInputStream(zip));
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(BackupPlaces.DATABASE)) {
          return in;
        }
      }
      in.close();
      throw new IOException("the snapshot does not contain a database");
    };
  }

  /**
   * Writes the backup.
   *
   * @param target the file, which must not exist yet
   * @throws IOException where it cannot be written; no file is left
   */
  public Written write(DatabaseCopy database, Path target) throws IOException {
    Path temporary = target.resolveSibling(target.getFileName() + ".part");
    Files.deleteIfExists(temporary);
    try {
      try (ZipOutputStream zip =
          new ZipOutputStream(
              Channels.newOutputStream(
                  PrivateFiles.open(
                      temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)))) {
        // Most files are pictures, which are already compressed.
        zip.setLevel(Deflater.BEST_SPEED);
        zip.putNextEntry(new ZipEntry(ABOUT));
        zip.write(new ObjectMapper().writeValueAsBytes(about));
        try (InputStream in = database.open()) {
          add(zip, BackupPlaces.DATA_PREFIX + BackupPlaces.DATABASE, in);
        }
        for (String mark : BackupPlaces.MARKS) {
          addIfExists(zip, BackupPlaces.DATA_PREFIX + mark, places.data().resolve(mark));
        }
        Path filesMark = FilesFolder.markFile(places.files());
        addIfExists(zip, BackupPlaces.FILES_PREFIX + filesMark.getFileName(), filesMark);
        for (String folder : BackupPlaces.FOLDERS) {
          addAll(zip, places.files().resolve(folder));
        }
      }
      DurableFolder.syncFile(temporary);
      Files.move(temporary, target);
      DurableFolder.sync(DurableFolder.of(target));
    } finally {
      Files.deleteIfExists(temporary);
    }
    return new Written(files, bytes, about.hasMasterKey());
  }

  private void addAll(ZipOutputStream zip, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = places.files().relativize(file).toString().replace('\\', '/');
            if (attributes.isRegularFile()
                && addIfExists(zip, BackupPlaces.FILES_PREFIX + name, file)) {
              files++;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
            if (why instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw why;
          }
        });
  }

  // A running gateway may have removed the file since the snapshot.
  private boolean addIfExists(ZipOutputStream zip, String name, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      add(zip, name, in);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private void add(ZipOutputStream zip, String name, InputStream in) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    bytes += in.transferTo(zip);
    zip.closeEntry();
  }
}
