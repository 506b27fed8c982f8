package io.comfygateway.media;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Texts that a program runs or a browser shows as a page. Browsers recognize a page by how it
 * begins (WHATWG MIME Sniffing, section 7.1), after white space and comments, and an SVG by the
 * namespace of its root, whatever its prefix.
 */
final class Markup {
  private static final String PAGE = "an HTML page";
  private static final String SVG = "an SVG, which can carry scripts";
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_TAG = 4096;

  private static final Set<String> ELEMENTS =
      Set.of(
          "html",
          "head",
          "body",
          "script",
          "iframe",
          "title",
          "style",
          "div",
          "table",
          "font",
          "a",
          "b",
          "i",
          "p",
          "br",
          "hr",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "img",
          "image",
          "link",
          "meta",
          "base",
          "form",
          "input",
          "button",
          "frameset",
          "frame",
          "object",
          "embed",
          "applet",
          "audio",
          "video",
          "source",
          "svg",
          "math",
          "template",
          "span",
          "center",
          "ul",
          "ol",
          "li",
          "pre",
          "textarea",
          "select",
          "details",
          "marquee",
          "noscript",
          "main",
          "section",
          "article",
          "nav",
          "header",
          "footer",
          "canvas",
          "dialog");

  private final String text;
  private int at;
  private boolean isUndecided;

  private Markup(String text) {
    this.text = text;
  }

  /** What a text with this beginning is, such as {@code an HTML page}; empty for other texts. */
  static Optional<String> of(String text) {
    return new Markup(text).find();
  }

  /**
   * Whether the beginning of a text is only white space, comments and declarations, the last of
   * them perhaps cut off: what follows may make it a page.
   */
  static boolean isUndecided(String beginning) {
    Markup markup = new Markup(beginning);
    markup.skip();
    return markup.isUndecided;
  }

  /** Whether a text begins as an HTML page does. */
  static boolean isPage(String text) {
    return of(text).filter(PAGE::equals).isPresent();
  }

  private Optional<String> find() {
    if (text.startsWith("\uFEFF")) {
      at++;
    }
    if (text.startsWith("#!", at)) {
      return Optional.of("a script");
    }
    boolean hasDeclaration = skip();
    if (startsWith("<!doctype")) {
      at += "<!doctype".length();
      skipSpace();
      return Optional.of(startsWith("svg") ? SVG : PAGE);
    }
    if (startsWith("<?")) {
      return Optional.of(PAGE);
    }
    Optional<String> element = at < text.length() && text.charAt(at) == '<' ? element() : none();
    return element.isEmpty() && hasDeclaration ? Optional.of("an XML document") : element;
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  /** Skips white space, comments and XML declarations; whether there was one of the latter. */
  private boolean skip() {
    boolean hasDeclaration = false;
    while (true) {
      skipSpace();
      if (startsWith("<!--")) {
        skipTo("-->", 4);
      } else if (startsWith("<?xml")) {
        hasDeclaration = true;
        skipTo("?>", 5);
      } else {
        // A tag that may be cut off decides nothing either.
        isUndecided = at > 0 && at + LONGEST_TAG >= text.length();
        return hasDeclaration;
      }
    }
  }

  private void skipSpace() {
    while (at < text.length()
        && (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\uFEFF')) {
      at++;
    }
  }

  private void skipTo(String mark, int from) {
    int end = text.indexOf(mark, at + from);
    at = end < 0 ? text.length() : end + mark.length();
  }

  // <name …>, where the name may have a prefix whose namespace is declared in the same tag. A
  // prompt may begin with <lora:name:1>, which has none.
  private Optional<String> element() {
    int start = at + 1;
    int end = start;
    while (end < text.length() && end - start < LONGEST_NAME && isName(text.charAt(end))) {
      end++;
    }
    String name = text.substring(start, end).toLowerCase(Locale.ROOT);
    int close = text.indexOf('>', end);
    int tagEnd = Math.min(close < 0 ? text.length() : close, end + LONGEST_TAG);
    boolean hasNameSpace = text.substring(end, tagEnd).toLowerCase(Locale.ROOT).contains("xmlns");
    String local = hasNameSpace ? name.substring(name.lastIndexOf(':') + 1) : name;
    if (local.equals("svg")) {
      return Optional.of(SVG);
    }
    if (hasNameSpace && !local.equals("html")) {
      return Optional.of("an XML document");
    }
    return ELEMENTS.contains(local) ? Optional.of(PAGE) : Optional.empty();
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == ':' || c == '-' || c == '_' || c == '.';
  }

  private boolean startsWith(String lower) {
    return text.regionMatches(true, at, lower, 0, lower.length());
  }
}
