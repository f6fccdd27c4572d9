import Foundation
import ThalwegStores

extension RunReport {
  /// The report as one page that needs no other file.
  func html(in folder: String) throws -> String {
    var body = "<h1>\(Self.html(title))</h1>\n"
    for paragraph in reading.components(separatedBy: RunReport.paragraphBreak) {
      body += "<p>\(Self.html(paragraph))</p>\n"
    }
    for picture in pictures {
      guard let data = FileManager.default.contents(atPath: folder + "/" + picture.path) else { continue }
      let type = picture.path.hasSuffix(".svg") ? "image/svg+xml" : "image/png"
      body += "<figure><img alt=\"\(Self.html(picture.name))\" src=\"data:\(type);base64,"
      body += data.base64EncodedString() + "\"></figure>\n"
    }
    body += Self.html(Table(heading: "What was found", columns: ["", ""], rows: findings))
    for table in results { body += Self.html(table) }
    body += Self.html(Table(heading: "What it rests on", columns: ["", ""], rows: basis))
    for table in tables { body += Self.html(table) }
    if !command.isEmpty { body += "<h2>To make it again</h2>\n<pre>\(Self.html(command))</pre>\n" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.html(title))</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 62em; margin: 2em auto;
        padding: 0 1em; }
      h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
      figure { margin: 1.2em 0; } img { max-width: 100%; height: auto; }
      table { border-collapse: collapse; } td, th { padding: 0.2em 1em 0.2em 0; text-align: left; vertical-align: top;
        border-bottom: 1px solid #e4e4e4; overflow-wrap: anywhere; }
      td:first-child { color: #666; overflow-wrap: normal; }
      td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
      pre { background: #f5f5f5; padding: 0.7em; white-space: pre-wrap; overflow-wrap: anywhere; }
      </style>
      </head>
      <body>
      \(body)</body>
      </html>

      """
  }

  private static func html(_ table: Table) -> String {
    guard !table.rows.isEmpty else { return "" }
    var text = "<h2>\(html(table.heading))</h2>\n<table>\n"
    let hasHeads = table.columns.contains { !$0.isEmpty }
    func cell(_ content: String, _ tag: String) -> String {
      let isNumber = hasHeads && Double(content) != nil
      return "<\(tag)\(isNumber ? " class=\"number\"" : "")>\(html(content))</\(tag)>"
    }
    if hasHeads {
      text += "<tr>" + table.columns.map { "<th>\(html($0))</th>" }.joined() + "</tr>\n"
    }
    for row in table.rows { text += "<tr>" + row.map { cell($0, "td") }.joined() + "</tr>\n" }
    return text + "</table>\n"
  }

  /// Text in which a browser finds no marks of its own.
  private static func html(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}
