package io.comfygateway.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Names of subfolders. */
final class Folders {
  private Folders() {}

  /**
   * The same folder without detours.
   *
   * @return empty where the path leads out of the folder that it starts in
   */
  static Optional<String> normal(String path) {
    if (path.startsWith("/") || path.startsWith("\\")) {
      return Optional.empty();
    }
    Deque<String> folders = new ArrayDeque<>();
    for (String name : path.split("[/\\\\]")) {
      if (name.equals("..")) {
        if (folders.pollLast() == null) {
          return Optional.empty();
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        folders.addLast(name);
      }
    }
    return Optional.of(String.join("/", folders));
  }
}
