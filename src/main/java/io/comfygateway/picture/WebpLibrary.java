package io.comfygateway.picture;

import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The native library for WebP. It is unpacked and loaded at its first use. */
public final class WebpLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(WebpLibrary.class);
  private static final String FOLDER = "com.luciad.imageio.webp.tmpdir";

  private WebpLibrary() {}

  /**
   * Unpacks it into this folder, since many containers forbid loading libraries from the folder for
   * temporary files. A system property that the operator has set takes precedence.
   */
  public static void unpackTo(Path folder) {
    if (System.getProperty(FOLDER) != null) {
      return;
    }
    try {
      PrivateFiles.createDirectories(folder);
      System.setProperty(FOLDER, folder.toString());
    } catch (IOException e) {
      LOG.warn("folder for the WebP library cannot be created reason={}", e.toString());
    }
  }

  /** Unpacks it into the folder for temporary files if its own folder has been deleted. */
  static void requireFolder() {
    String folder = System.getProperty(FOLDER);
    if (folder != null && !Files.isDirectory(Path.of(folder))) {
      System.clearProperty(FOLDER);
    }
  }
}
