package io.comfygateway.demo;

import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** Tells on the console what happens, in numbered steps. */
final class Narrator {
  private final PrintWriter out;
  private final Ansi ansi;
  private volatile String step = "start";
  private int steps;

  /**
   * Makes a narrator.
   *
   * @param ansi whether in colours
   */
  Narrator(PrintWriter out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  /** Begins the next step. */
  void step(String title, String why) {
    steps++;
    step = steps + ". " + title;
    say("");
    out.println(ansi.new Text("@|bold,cyan " + steps + ".|@ @|bold " + title + "|@"));
    out.println("   " + why);
    out.flush();
  }

  /** The step that was begun last. */
  String current() {
    return step;
  }

  /** A line of the step. */
  void line(String text) {
    say("   " + text);
  }

  /** Something to be read first, and copied. */
  void code(String text) {
    text.lines().forEach(line -> say("     " + line));
  }

  /** Whether something is as it should be. */
  void verdict(boolean good, String text) {
    String word = good ? "@|green ok|@     " : "@|red FAILED|@ ";
    out.println("   " + ansi.new Text(word) + text);
    out.flush();
  }

  /** A line as it is. */
  void say(String text) {
    out.println(text);
    out.flush();
  }
}
