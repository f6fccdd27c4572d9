internal import CCairo

/// A page that shapes and text are drawn on; every figure is made of these few operations.
///
/// Coordinates are points of 1/72 inch, x to the right, y downwards. The bytes of a finished page depend on
/// what was drawn and on the installed fonts only: no dates, no counters.
///
/// A canvas belongs to one thread. A system without fonts is no error: Cairo falls back to its own plain
/// letters, and where it has none, text is left out.
public final class Canvas {
  /// The format of the bytes.
  public let format: FigureFormat
  /// The extent of the page.
  public let size: Size
  /// Whether the system has a font to draw text with.
  let hasFonts: Bool

  /// Pixels per point of a raster image.
  static let rasterScale = 2.0

  private let surface: OpaquePointer?
  let context: OpaquePointer?
  private let sink: ByteSink

  /// An empty white page.
  public init(size: Size, format: FigureFormat) {
    self.size = size
    self.format = format
    sink = ByteSink()
    let receiver = Unmanaged.passUnretained(sink).toOpaque()
    switch format {
    case .svg:
      surface = cairo_svg_surface_create_for_stream(ByteSink.receive, receiver, size.width, size.height)
      cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PT)
    case .pdf:
      surface = cairo_pdf_surface_create_for_stream(ByteSink.receive, receiver, size.width, size.height)
      // The library would store the time of writing.
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "")
    case .png:
      let (width, height) = Canvas.pixelCount(of: size)
      surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
      cairo_surface_set_device_scale(surface, Canvas.rasterScale, Canvas.rasterScale)
    }
    context = cairo_create(surface)
    hasFonts = Canvas.canShowText()
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
    fill(Rect(x: 0, y: 0, width: size.width, height: size.height), Colour(grey: 1))
  }

  deinit {
    // The surface writes into the sink until it is finished, so the sink must go last.
    cairo_destroy(context)
    cairo_surface_finish(surface)
    cairo_surface_destroy(surface)
  }

  /// The width and height in pixels of a raster image of a page.
  static func pixelCount(of size: Size) -> (width: Int, height: Int) {
    (Int((size.width * rasterScale).rounded(.up)), Int((size.height * rasterScale).rounded(.up)))
  }

  /// Ends the page and returns the file's bytes. Nothing may be drawn afterwards.
  ///
  /// - Throws: ``FigureError/drawingFailed(reason:)`` with the drawing library's message.
  public func finish() throws(FigureError) -> [UInt8] {
    try check(cairo_status(context))
    cairo_show_page(context)
    if format == .png {
      let receiver = Unmanaged.passUnretained(sink).toOpaque()
      try check(cairo_surface_write_to_png_stream(surface, ByteSink.receive, receiver))
    }
    cairo_surface_finish(surface)
    try check(cairo_surface_status(surface))
    return format == .svg ? SVGTidier.tidied(sink.bytes) : sink.bytes
  }

  private func check(_ status: cairo_status_t) throws(FigureError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    throw FigureError.drawingFailed(reason: String(cString: cairo_status_to_string(status)))
  }

  /// Tries a letter on a page of its own, as a failure would make the context unusable.
  private static func canShowText() -> Bool {
    let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    let context = cairo_create(surface)
    defer {
      cairo_destroy(context)
      cairo_surface_destroy(surface)
    }
    var extents = cairo_text_extents_t()
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
    cairo_text_extents(context, "0", &extents)
    cairo_show_text(context, "0")
    return cairo_status(context) == CAIRO_STATUS_SUCCESS && extents.x_advance > 0
  }
}

/// Collects the bytes that the drawing library writes.
private final class ByteSink {
  var bytes: [UInt8] = []

  static let receive: cairo_write_func_t = { receiver, data, count in
    guard let receiver, let data else { return CAIRO_STATUS_WRITE_ERROR }
    let sink = Unmanaged<ByteSink>.fromOpaque(receiver).takeUnretainedValue()
    sink.bytes += UnsafeBufferPointer(start: data, count: Int(count))
    return CAIRO_STATUS_SUCCESS
  }
}
