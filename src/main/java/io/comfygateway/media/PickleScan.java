package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Pickles of Python whose every byte may be a letter (protocol 0, and 1 without its first mark): a
 * program for a stack machine, one letter for each step, and some steps call what the pickle names.
 * A text is followed until it is no longer such a program, calls something, or ends as a pickle
 * does.
 */
final class PickleScan {
  private static final int MOST_MARKS = 1_000;
  private static final int LONGEST_LINE = 4_096;

  private final FileBytes in;
  private final Deque<Integer> marks = new ArrayDeque<>();
  private int depth;

  private PickleScan(FileBytes in) {
    this.in = in;
  }

  /** Whether loading the file as a pickle would call something, or all of it is a pickle. */
  static boolean isPickle(Path file) throws IOException {
    try (FileBytes in = new FileBytes(file)) {
      return new PickleScan(in).run();
    } catch (EOFException endsAsNone) {
      return false;
    }
  }

  private boolean run() throws IOException {
    while (true) {
      int step = in.u8();
      if (step == '.') {
        in.skipPadding();
        return depth > 0 && in.atEnd();
      }
      if (calls(step)) {
        return true;
      }
      if (!follow(step)) {
        return false;
      }
    }
  }

  private boolean calls(int step) throws IOException {
    return switch (step) {
      case 'R', 'b' -> above() >= 2;
      case 'o' -> !marks.isEmpty() && above() >= 1;
      case 'i' -> !marks.isEmpty() && isName(line()) && isName(line());
      // Deeper than any real pickle.
      default -> marks.size() > MOST_MARKS;
    };
  }

  private int above() {
    return depth - (marks.isEmpty() ? 0 : marks.peek());
  }

  private boolean follow(int step) throws IOException {
    return switch (step) {
      case 'N', ']', '}', ')' -> push(true);
      case 'I', 'L' -> push(isNumber(line()));
      case 'F' -> push(isNumber(line()));
      case 'S' -> push(isQuoted(line()));
      case 'V', 'P' -> {
        skipLine();
        yield push(true);
      }
      case 'c' -> {
        boolean isModule = isName(line());
        yield push(isModule && isName(line()));
      }
      case 'K' -> push(skip(1));
      case 'M' -> push(skip(2));
      case 'J' -> push(skip(4));
      case 'G' -> push(skip(8));
      case 'U', 'C' -> push(skip(in.u8()));
      case 'T', 'X', 'B' -> push(skip(in.little32()));
      case 'g' -> push(isNumber(line()));
      case 'h' -> push(skip(1));
      case 'j' -> push(skip(4));
      case 'p' -> above() > 0 && isNumber(line());
      case 'q' -> above() > 0 && skip(1);
      case 'r' -> above() > 0 && skip(4);
      case '2' -> above() > 0 && push(true);
      case '0' -> pop(1);
      case 'Q' -> above() > 0;
      case 'a' -> above() > 1 && pop(1);
      case 's' -> above() > 2 && pop(2);
      case '(' -> {
        marks.push(depth);
        yield true;
      }
      case 't', 'l', 'd' -> toMark() && push(true);
      case 'e', 'u' -> toMark() && above() > 0;
      case '1' -> toMark();
      default -> false;
    };
  }

  private boolean push(boolean valid) {
    depth++;
    return valid;
  }

  private boolean pop(int values) {
    depth -= values;
    return depth >= (marks.isEmpty() ? 0 : marks.peek());
  }

  private boolean toMark() {
    if (marks.isEmpty()) {
      return false;
    }
    depth = marks.pop();
    return true;
  }

  private boolean skip(long bytes) throws IOException {
    in.skip(bytes);
    return true;
  }

  private void skipLine() throws IOException {
    while (in.u8() != '\n') {
      continue;
    }
  }

  /** The rest of a line; one that is too long cannot be what is checked here. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.u8(); next != '\n'; next = in.u8()) {
      if (line.length() < LONGEST_LINE) {
        line.append((char) next);
      }
    }
    return line.toString().strip();
  }

  // A name of Python, with dots.
  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.');
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> c >= '0' && c <= '9' || "+-.eELxXabcdfinty_".indexOf(c) >= 0);
  }

  private static boolean isQuoted(String text) {
    return text.length() > 1
        && (text.charAt(0) == '\'' || text.charAt(0) == '"')
        && text.charAt(text.length() - 1) == text.charAt(0);
  }
}
