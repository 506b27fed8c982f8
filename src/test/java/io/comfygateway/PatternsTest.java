package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * No regular expression of the gateway recurses or backtracks over what a caller or a server sends:
 * each meets a long text made of its own letters, whose letters it may look at a few times each.
 */
class PatternsTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final int SINGLE = 1 << 17;
  private static final int PAIR = 1 << 13;
  private static final int LOOKS = 80;

  /** Expressions that stand where they are used, as a text without breaks. */
  private static final Pattern INLINE =
      Pattern.compile(
          "\\.(matches|replaceAll|replaceFirst|split)\\(\\s*+\"((?:[^\"\\\\]|\\\\.)*+)\"(?=\\s*+[,)])");

  private record Expression(String place, Pattern pattern, boolean searches) {}

  @TestFactory
  Stream<DynamicTest> a_long_text_of_its_own_letters_costs_an_expression_a_few_looks_at_each()
      throws Exception {
    List<Expression> all = new ArrayList<>(inFields());
    all.addAll(inline());
    assertThat(all).hasSizeGreaterThan(80);
    return all.stream()
        .map(it -> DynamicTest.dynamicTest(it.place() + " " + it.pattern(), () -> look(it)));
  }

  private static void look(Expression expression) {
    Set<String> letters = letters(expression.pattern().pattern());
    for (String letter : letters) {
      look(expression, letter.repeat(SINGLE) + "\u0001");
      for (String other : letters) {
        look(expression, (letter + other).repeat(PAIR) + "\u0001");
      }
    }
  }

  private static void look(Expression expression, String text) {
    Counted counted = new Counted(text, 1_000L + (long) LOOKS * text.length());
    Matcher matcher = expression.pattern().matcher(counted);
    if (!expression.searches()) {
      matcher.matches();
      return;
    }
    while (matcher.find()) {
      continue;
    }
  }

  /** The letters that an expression speaks of, and one for each class of letters. */
  private static Set<String> letters(String expression) {
    Set<String> letters = new LinkedHashSet<>(List.of("a", "1", " "));
    for (int at = 0; at < expression.length() && letters.size() < 12; at++) {
      char c = expression.charAt(at);
      if (c == '\\' || "()[]{}?+|^".indexOf(c) >= 0) {
        continue;
      }
      letters.add(String.valueOf(c));
    }
    return letters;
  }

  private static List<Expression> inFields() throws Exception {
    List<Expression> found = new ArrayList<>();
    for (JavaClass type : ProductClasses.ALL) {
      for (JavaField declared : type.getFields()) {
        if (declared.getRawType().isEquivalentTo(Pattern.class)
            && declared.getModifiers().contains(JavaModifier.STATIC)) {
          Field field = declared.reflect();
          field.setAccessible(true);
          found.add(
              new Expression(
                  type.getSimpleName() + "." + field.getName(),
                  (Pattern) field.get(null),
                  searches(source(type), field.getName())));
        }
      }
    }
    return found;
  }

  private static String source(JavaClass type) throws IOException {
    String top = type.getName().split("\\$")[0].replace('.', '/');
    return Files.readString(SOURCES.resolve(top + ".java"));
  }

  // "matches" looks from the beginning alone, everything else from each place of the text.
  private static boolean searches(String source, String name) {
    Matcher uses = Pattern.compile("\\b" + name + "\\s*\\.matcher\\(").matcher(source);
    boolean used = false;
    while (uses.find()) {
      used = true;
      int at = uses.end();
      for (int open = 1; open > 0; at++) {
        open += source.charAt(at) == '(' ? 1 : source.charAt(at) == ')' ? -1 : 0;
      }
      String next = source.substring(at).stripLeading();
      boolean kept = next.startsWith(";");
      if (kept ? source.contains(".find()") : !next.startsWith(".matches()")) {
        return true;
      }
    }
    return !used;
  }

  private static List<Expression> inline() throws IOException {
    List<Expression> found = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> walked = Files.walk(SOURCES)) {
      files =
          walked
              .filter(it -> it.toString().endsWith(".java"))
              .sorted()
              .collect(Collectors.toList());
    }
    for (Path file : files) {
      Matcher uses = INLINE.matcher(Files.readString(file));
      while (uses.find()) {
        String expression = uses.group(2).translateEscapes();
        found.add(
            new Expression(
                file.getFileName().toString(),
                Pattern.compile(expression),
                !uses.group(1).equals("matches")));
      }
    }
    return found;
  }

  /** A text that fails the test when its letters are looked at too often. */
  private static final class Counted implements CharSequence {
    private final String text;
    private long left;

    Counted(String text, long looks) {
      this.text = text;
      this.left = looks;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new AssertionError(
            "more than "
                + LOOKS
                + " looks at each of "
                + text.length()
                + " letters, such as "
                + text.substring(0, 4));
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }
  }
}
