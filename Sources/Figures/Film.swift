import Foundation

/// Figures one after another, as a page of its own that plays them: for what changes along a training run.
///
/// The page is one file of HTML that loads nothing: frames are vector images within it, a slider chooses among them, and
/// the arrow keys and the space bar do what they do in players. Frames should share their axes.
///
/// ```swift
/// try Film(title: "Hessian spectrum", frames: figures.map { ("epoch \($0.epoch)", $0) }).write(to: "film.html")
/// ```
public struct Film {
  /// What stands above the frames.
  public var title: String
  /// The figures with the words below each.
  public var frames: [(label: String, figure: any Figure)]
  /// Seconds that a frame is shown.
  public var secondsPerFrame = 0.6

  /// A film of at least one frame.
  public init(title: String, frames: [(label: String, figure: any Figure)]) {
    precondition(!frames.isEmpty, "a film of no frames")
    self.title = title
    self.frames = frames
  }

  /// The page.
  ///
  /// - Throws: ``FigureError`` of a frame.
  public func html() throws(FigureError) -> String {
    var images = ""
    for (index, frame) in frames.enumerated() {
      let data = Data(try frame.figure.encoded(as: .svg)).base64EncodedString()
      let label = Film.escaped(frame.label)
      images +=
        "<img src=\"data:image/svg+xml;base64,\(data)\" alt=\"\(label)\" title=\"\(label)\""
        + (index == 0 ? "" : " hidden") + ">\n"
    }
    let width = frames.map(\.figure.size.width).max() ?? 0
    return """
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(Film.escaped(title))</title>
      <style>
      body { font: 16px/1.4 sans-serif; margin: 2em auto; padding: 0 1em; max-width: \(Int(2 * width))px; color: #222; }
      h1 { font-size: 1.2em; font-weight: 600; }
      img { width: 100%; }
      [hidden] { display: none; }
      form { display: flex; gap: 1em; align-items: center; }
      input { flex: 1; }
      output { min-width: 7em; text-align: right; }
      button { min-width: 5em; font: inherit; }
      </style>
      <h1>\(Film.escaped(title))</h1>
      <div id="frames">
      \(images)</div>
      <form>
      <button type="button" aria-label="play or pause">Play</button>
      <input type="range" min="0" max="\(frames.count - 1)" value="0" aria-label="frame">
      <output>\(Film.escaped(frames[0].label))</output>
      </form>
      <script>
      const images = document.querySelectorAll("#frames img");
      const slider = document.querySelector("input");
      const button = document.querySelector("button");
      const label = document.querySelector("output");
      let timer = null;
      function show(index) {
        images.forEach((image, i) => { image.hidden = i !== index; });
        slider.value = index;
        label.textContent = images[index].alt;
      }
      function stop() { clearInterval(timer); timer = null; button.textContent = "Play"; }
      function play() {
        if (Number(slider.value) === images.length - 1) show(0);
        button.textContent = "Pause";
        timer = setInterval(() => {
          if (Number(slider.value) < images.length - 1) show(Number(slider.value) + 1); else stop();
        }, \(Int(1000 * secondsPerFrame)));
      }
      function toggle() { if (timer) stop(); else play(); }
      slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
      button.addEventListener("click", toggle);
      document.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target !== button) { event.preventDefault(); toggle(); }
      });
      </script>
      </html>

      """
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}
