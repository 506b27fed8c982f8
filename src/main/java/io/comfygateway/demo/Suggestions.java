package io.comfygateway.demo;

/** What a user can try while the demo is up. */
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
    narrator.say("The demo stays up until Ctrl-C. Try in another terminal:");
    title("A picture as a file");
    narrator.code(
        Curl.post(
            url + "/webhook/smoke?respond=binary",
            key,
            "{\"inputs\": {\"color\": 16744448}}",
            "-o picture.png"));
    title("Your own prompt, and the response when the job has ended");
    narrator.code(
        Curl.post(
            url + "/webhook/txt2img",
            key,
            "{\"inputs\": {\"prompt\": \"a red fox in fresh snow\"}}",
            "-H 'Prefer: wait=30'"));
    title("The jobs so far");
    narrator.code(Curl.get(url + "/jobs", key));
    title("The workflows and their inputs");
    narrator.code(Curl.get(url + "/workflows", key));
    narrator.code(Curl.get(url + "/workflows/txt2img", key));
    title("The console in a browser, to sign in with the key " + key);
    narrator.code(url + "/");
    title("The API in a browser");
    narrator.code(url + "/docs");
    narrator.say("");
  }

  private void title(String title) {
    narrator.say("");
    narrator.say("   " + title + ":");
  }
}
