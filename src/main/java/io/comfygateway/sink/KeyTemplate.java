package io.comfygateway.sink;

import io.comfygateway.job.Job;
import io.comfygateway.media.SafeName;
import io.comfygateway.output.Output;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the key of an output is made, such as {@code {date}/{workflow}/{job}-{index}.{extension}}.
 * Field values are made safe: each is one name of a folder or a file, or a part of one. The text
 * between the fields is taken as it is, so that one that cannot be a key is refused.
 */
public final class KeyTemplate {
  private static final int LONGEST = 300;
  private static final int LONGEST_PREFIX = 200;
  private static final int LONGEST_KEY_BYTES = 1_024;
  private static final String PREFIX = "prefix";
  private static final String METADATA = "metadata.";
  private static final String NO_VALUE = "none";
  private static final Pattern FIELD = Pattern.compile("\\{([^{}]*+)}");
  private static final Pattern UNUSUAL = Pattern.compile("[^\\p{L}\\p{M}\\p{N}!_.()=-]");
  private static final Map<String, BiFunction<Job, Output, String>> FIELDS = fields();

  /** The keys of a destination that has no template of its own. */
  public static final KeyTemplate STANDARD = of("{prefix}{job}/{index}-{filename}");

  private final List<Part> parts;

  /** A part of the template: text as it is, or the name of a field. */
  private record Part(String text, boolean isField) {}

  private KeyTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  private static Map<String, BiFunction<Job, Output, String>> fields() {
    Map<String, BiFunction<Job, Output, String>> fields = new TreeMap<>();
    fields.put("job", (job, output) -> job.id().toString());
    fields.put("index", (job, output) -> String.valueOf(output.index()));
    fields.put("filename", (job, output) -> output.source().filename());
    fields.put("extension", (job, output) -> extension(output));
    fields.put("node", (job, output) -> output.source().node());
    fields.put("kind", (job, output) -> output.source().kind());
    fields.put("sha256", (job, output) -> output.stored().sha256());
    fields.put("workflow", (job, output) -> job.workflow().map(KeyTemplate::name).orElse("graph"));
    fields.put("caller", (job, output) -> job.owner());
    fields.put("date", (job, output) -> date(job).toString());
    fields.put("year", (job, output) -> "%04d".formatted(date(job).getYear()));
    fields.put("month", (job, output) -> "%02d".formatted(date(job).getMonthValue()));
    fields.put("day", (job, output) -> "%02d".formatted(date(job).getDayOfMonth()));
    return fields;
  }

  private static String extension(Output output) {
    String extension = SafeName.extension(output.source().filename());
    return extension.isEmpty() ? "bin" : extension;
  }

  private static String name(String reference) {
    int version = reference.indexOf('@');
    return version < 0 ? reference : reference.substring(0, version);
  }

  // The day on which the job ended does not change when the copy is tried again.
  private static LocalDate date(Job job) {
    return job.times()
        .finished()
        .orElse(job.times().created())
        .atZone(ZoneOffset.UTC)
        .toLocalDate();
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it cannot make keys; the message says why
   */
  public static KeyTemplate of(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException("It is longer than " + LONGEST + " characters");
    }
    List<Part> parts = new ArrayList<>();
    StringBuilder example = new StringBuilder();
    Matcher field = FIELD.matcher(text);
    int from = 0;
    while (field.find()) {
      parts.add(new Part(literal(text.substring(from, field.start())), false));
      parts.add(new Part(known(field.group(1)), true));
      example.append(text, from, field.start());
      if (PREFIX.equals(field.group(1))) {
        if (!example.isEmpty() && example.charAt(example.length() - 1) != '/') {
          throw new IllegalArgumentException("{prefix} must stand at the start or after a slash");
        }
      } else {
        example.append('x');
      }
      from = field.end();
    }
    parts.add(new Part(literal(text.substring(from)), false));
    example.append(text.substring(from));
    requireKey(example.toString());
    requireDistinct(parts);
    return new KeyTemplate(parts);
  }

  private static String literal(String text) {
    if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
      throw new IllegalArgumentException("A { or } is not part of a field such as {job}");
    }
    return text;
  }

  private static String known(String name) {
    boolean isKnown =
        PREFIX.equals(name)
            || FIELDS.containsKey(name)
            || name.startsWith(METADATA) && name.length() > METADATA.length();
    if (!isKnown) {
      throw new IllegalArgumentException(
          "There is no field {%s}; there are {prefix}, {metadata.<name>}, {%s}"
              .formatted(name, String.join("}, {", FIELDS.keySet())));
    }
    return name;
  }

  private static void requireKey(String example) {
    if (example.isEmpty() || example.endsWith("/")) {
      throw new IllegalArgumentException("It must end with the name of a file");
    }
    whyNoFolder(example)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("It " + why);
            });
  }

  private static void requireDistinct(List<Part> parts) {
    List<String> used = parts.stream().filter(Part::isField).map(Part::text).toList();
    if (!used.contains("sha256") && !(used.contains("job") && used.contains("index"))) {
      throw new IllegalArgumentException(
          "Two outputs could have the same key: use {job} and {index}, or {sha256}");
    }
  }

  /**
   * Why a text cannot begin keys as it is, as the end of a sentence about it; empty if it can.
   *
   * @param prefix folders, with or without a slash at the end; empty for none
   */
  public static Optional<String> whyNoPrefix(String prefix) {
    return prefix.length() > LONGEST_PREFIX
        ? Optional.of("is longer than " + LONGEST_PREFIX + " characters.")
        : prefix.isEmpty()
            ? Optional.empty()
            : whyNoFolder(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix)
                .map(why -> why + ".");
  }

  private static Optional<String> whyNoFolder(String path) {
    if (path.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
      return Optional.of("has a control character or a backslash; separate folders with /");
    }
    // Clients and servers resolve these in paths, each in its own way.
    return Arrays.stream(path.split("/", -1)).anyMatch(KeyTemplate::isResolved)
        ? Optional.of("begins with a slash or has an empty folder, . or .. in it; write it as a/b/")
        : Optional.empty();
  }

  private static boolean isResolved(String segment) {
    return segment.isEmpty() || ".".equals(segment) || "..".equals(segment);
  }

  /** A prefix with a slash at its end; jobs of an earlier version may have brought a worse one. */
  static String folder(String prefix) {
    return Arrays.stream(prefix.split("/"))
        .filter(segment -> !isResolved(segment))
        .map(segment -> segment + "/")
        .collect(Collectors.joining());
  }

  /**
   * The key of an output.
   *
   * @param prefix the prefix of the request, empty for none
   * @throws KeyTooLongException if it has more than 1,024 bytes, the most that S3 takes
   */
  public String of(Job job, Output output, String prefix) {
    StringBuilder key = new StringBuilder();
    for (Part part : parts) {
      key.append(part.isField() ? value(part.text(), job, output, prefix) : part.text());
    }
    if (key.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY_BYTES) {
      throw new KeyTooLongException();
    }
    return key.toString();
  }

  private static String value(String field, Job job, Output output, String prefix) {
    if (PREFIX.equals(field)) {
      return folder(prefix);
    }
    String value =
        field.startsWith(METADATA)
            ? job.facts().metadata().path(field.substring(METADATA.length())).asText()
            : FIELDS.getOrDefault(field, (of, none) -> "").apply(job, output);
    return value.isBlank() ? NO_VALUE : safe(value);
  }

  private static String safe(String value) {
    String flat = value.replace('/', '_').replace('\\', '_');
    return UNUSUAL.matcher(SafeName.of(flat)).replaceAll("_");
  }
}
