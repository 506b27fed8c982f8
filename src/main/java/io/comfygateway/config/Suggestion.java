package io.comfygateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant. */
public final class Suggestion {
  private static final int MAX_LENGTH = 64;

  private Suggestion() {}

  /** {@code ; did you mean "width"?}, or nothing where no name is near. */
  public static String didYouMean(String given, Collection<String> known) {
    return closest(given, known).map(name -> "; did you mean \"" + name + "\"?").orElse("");
  }

  /**
   * {@code ; did you mean "width"?} for a single slip: one letter that is missing, too many,
   * another one or swapped with the next. For names of which many are alike without meaning the
   * same; two that differ in a digit do not.
   */
  public static String ofOneSlip(String given, Collection<String> known) {
    return closest(given, known)
        .filter(name -> distance(given, name) <= 1 && digits(given).equals(digits(name)))
        .map(name -> "; did you mean \"" + name + "\"?")
        .orElse("");
  }

  private static String digits(String name) {
    return name.replaceAll("\\D", "");
  }

  /** The known name that is a slip of the hand away: two letters, or a third of a long name. */
  static Optional<String> closest(String given, Collection<String> known) {
    if (given.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    return known.stream()
        .filter(name -> name.length() <= MAX_LENGTH)
        // Cheaper than the distance, which is never less.
        .filter(name -> Math.abs(name.length() - given.length()) <= slips(name.length()))
        .filter(name -> distance(given, name) <= slips(name.length()))
        .min(
            Comparator.comparingInt((String name) -> distance(given, name))
                .thenComparingInt(name -> Math.abs(name.length() - given.length())));
  }

  private static int slips(int letters) {
    return letters < 4 ? 1 : Math.max(2, letters / 3);
  }

  /**
   * The edit distance, letters of either case being the same; two that are swapped are one slip.
   */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(Math.min(last[j], row[j - 1]) + 1, replaced);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        row[j] = swapped ? Math.min(row[j], beforeLast[j - 2] + 1) : row[j];
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
