package io.comfygateway.demo;

/** What a newcomer can try while the demo is up. */
final class Suggestions {
  private final DemoServers servers;
  private final Narrator narrator;

  Suggestions(DemoServers servers, Narrator narrator) {
    this.servers = servers;
    this.narrator = narrator;
  }

  void show() {
    String url = servers.gatewayUrl();
    String key = servers.key();
    narrator.say("");
    narrator.say("It stays up until Ctrl-C. Try in another terminal:");
    tell("A picture as a file");
    narrator.code(
        Curl.post(
            url + "/webhook/smoke?respond=binary",
            key,
            "{\"inputs\": {\"color\": 16744448}}",
            "-o picture.png"));
    tell("Your own words, and the answer when it is done");
    narrator.code(
        Curl.post(
            url + "/webhook/txt2img",
            key,
            "{\"inputs\": {\"prompt\": \"a red fox in fresh snow\"}}",
            "-H 'Prefer: wait=30'"));
    tell("The jobs so far");
    narrator.code(Curl.get(url + "/jobs", key));
    tell("The workflows, and what each takes");
    narrator.code(Curl.get(url + "/workflows", key));
    narrator.code(Curl.get(url + "/workflows/txt2img", key));
    tell("All of the API, in a browser");
    narrator.code(url + "/docs");
    narrator.say("");
  }

  private void tell(String title) {
    narrator.say("");
    narrator.say("   " + title + ":");
  }
}
