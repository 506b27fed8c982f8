package io.comfygateway.settings;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which setting is on which line of a file in the format of {@link Properties}. */
final class PropertiesLines {
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:([A-Za-z0-9_]+)");

  private final List<Entry> entries;

  /**
   * One setting of the file.
   *
   * @param line where it begins, counted from 1
   */
  record Entry(String name, String value, int line) {

    /** The environment variable that its value is read from. */
    Optional<String> variable() {
      Matcher matcher = VARIABLE.matcher(value);
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
  }

  private PropertiesLines(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** Reads a file. */
  static PropertiesLines read(Path file) {
    try {
      return of(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings in the lines of a file. */
  static PropertiesLines of(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int first = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (text.isEmpty()) {
        first = i + 1;
      }
      text.append(lines.get(i)).append('\n');
      boolean ends = i == lines.size() - 1 || isComment(text) || !isContinued(lines.get(i));
      if (ends) {
        entry(text.toString(), first).ifPresent(entries::add);
        text.setLength(0);
      }
    }
    return new PropertiesLines(entries);
  }

  private static boolean isComment(CharSequence text) {
    String stripped = text.toString().strip();
    return stripped.startsWith("#") || stripped.startsWith("!");
  }

  private static boolean isContinued(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\\') {
      end--;
    }
    return (line.length() - end) % 2 == 1;
  }

  private static Optional<Entry> entry(String text, int line) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.stringPropertyNames().stream()
        .findFirst()
        .map(name -> new Entry(name, properties.getProperty(name), line));
  }

  /** All of them, in the order of the file. */
  List<Entry> entries() {
    return entries;
  }

  /** The one with this name that is in effect: the last. */
  Optional<Entry> find(String name) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .reduce((one, later) -> later);
  }
}
