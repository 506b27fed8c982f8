package io.comfygateway.picture;

import io.comfygateway.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The native library for WebP. It is unpacked before it is loaded, when it is used first. */
public final class WebpLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(WebpLibrary.class);
  private static final String FOLDER = "com.luciad.imageio.webp.tmpdir";

  private WebpLibrary() {}

  /**
   * Has it unpacked into a folder rather than into that for temporary files, from which nothing may
   * be loaded in many containers. A system property that the operator has set counts.
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

  /** Lets it be unpacked where temporary files are, if its folder has been deleted since. */
  static void requireFolder() {
    String folder = System.getProperty(FOLDER);
    if (folder != null && !Files.isDirectory(Path.of(folder))) {
      System.clearProperty(FOLDER);
    }
  }
}
