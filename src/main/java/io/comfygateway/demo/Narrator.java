package io.comfygateway.demo;

import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** Prints what happens, in numbered steps. */
final class Narrator {
  private final PrintWriter out;
  private final Ansi ansi;
  private volatile String step = "start";
  private int steps;

  /**
   * Makes a narrator.
   *
   * @param ansi whether to print colours
   */
  Narrator(PrintWriter out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  /** Starts the next step. */
  void step(String title, String why) {
    steps++;
    step = steps + ". " + title;
    say("");
    out.println(ansi.new Text("@|bold,cyan " + steps + ".|@ @|bold " + title + "|@"));
    out.println("   " + why);
    out.flush();
  }

  /** The step that started last. */
  String current() {
    return step;
  }

  /** A line of the step. */
  void line(String text) {
    say("   " + text);
  }

  /** Code to copy. */
  void code(String text) {
    text.lines().forEach(line -> say("     " + line));
  }

  /** The result of a check. */
  void verdict(boolean good, String text) {
    String word = good ? "@|green ok|@     " : "@|red FAILED|@ ";
    out.println("   " + ansi.new Text(word) + text);
    out.flush();
  }

  /** A line without indentation. */
  void say(String text) {
    out.println(text);
    out.flush();
  }
}
