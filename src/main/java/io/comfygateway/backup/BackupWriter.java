package io.comfygateway.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.disk.DurableFolder;
import io.comfygateway.disk.PrivateFiles;
import io.comfygateway.output.FilesFolder;
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
 * Writes a backup: a zip of the database as it was at one moment, and then of the files, so that
 * each that the database names is there. It is written aside, and has its name only when it is
 * whole and on the disk.
 */
public final class BackupWriter {
  static final String ABOUT = "backup.json";
  static final int FORMAT = 1;

  private final BackupPlaces places;
  private final About about;
  private long files;
  private long bytes;

  /**
   * What a backup says of itself.
   *
   * @param format what its entries are; this program reads 1
   * @param version of the program that made it
   * @param madeAt when
   * @param hasMasterKey whether the master key is in it, and not in a setting
   */
  public record About(int format, String version, String madeAt, boolean hasMasterKey) {}

  /**
   * What was written.
   *
   * @param files how many files of jobs
   * @param bytes how large all of it is, not compressed
   */
  public record Written(long files, long bytes, boolean hasMasterKey) {}

  /** Where the copy of the database is read from. */
  public interface DatabaseCopy {
    InputStream open() throws IOException;
  }

  /**
   * Makes a writer.
   *
   * @param version the program's
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

  /** The copy in a snapshot that a running gateway has made. */
  public static DatabaseCopy ofSnapshot(Path zip) {
    return () -> {
      ZipInputStream in = new ZipInputStream(Files.newInputStream(zip));
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(BackupPlaces.DATABASE)) {
          return in;
        }
      }
      in.close();
      throw new IOException("the snapshot has no database in it");
    };
  }

  /**
   * Writes it.
   *
   * @param target there must be no such file
   * @throws IOException where it cannot be written; nothing is left of it then
   */
  public Written write(DatabaseCopy database, Path target) throws IOException {
    Path aside = target.resolveSibling(target.getFileName() + ".part");
    Files.deleteIfExists(aside);
    try {
      try (ZipOutputStream zip =
          new ZipOutputStream(
              Channels.newOutputStream(
                  PrivateFiles.open(
                      aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)))) {
        // Most of it is pictures, which are compressed already.
        zip.setLevel(Deflater.BEST_SPEED);
        zip.putNextEntry(new ZipEntry(ABOUT));
        zip.write(new ObjectMapper().writeValueAsBytes(about));
        try (InputStream in = database.open()) {
          add(zip, BackupPlaces.OF_DATA + BackupPlaces.DATABASE, in);
        }
        for (String mark : BackupPlaces.MARKS) {
          addIfThere(zip, BackupPlaces.OF_DATA + mark, places.data().resolve(mark));
        }
        Path filesMark = FilesFolder.markFile(places.files());
        addIfThere(zip, BackupPlaces.OF_FILES + filesMark.getFileName(), filesMark);
        for (String folder : BackupPlaces.FOLDERS) {
          addAll(zip, places.files().resolve(folder));
        }
      }
      DurableFolder.syncFile(aside);
      Files.move(aside, target);
      DurableFolder.sync(target.toAbsolutePath().getParent());
    } finally {
      Files.deleteIfExists(aside);
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
            if (attributes.isRegularFile() && addIfThere(zip, BackupPlaces.OF_FILES + name, file)) {
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

  // What a running gateway has removed meanwhile is no file of the snapshot.
  private boolean addIfThere(ZipOutputStream zip, String name, Path file) throws IOException {
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
