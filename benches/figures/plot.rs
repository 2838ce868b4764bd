//! A plot as an SVG file, with the same axes and colours for all benchmarks.

use std::path::Path;

use plotters::prelude::*;

const SIZE: (u32, u32) = (720, 400);
const COLOURS: [RGBColor; 3] = [
    RGBColor(0x1b, 0x6e, 0xc2),
    RGBColor(0xc2, 0x57, 0x1b),
    RGBColor(0x3c, 0x8d, 0x40),
];
/// Of the longest axis, so that the last point does not touch the frame.
const MARGIN: f64 = 1.05;

/// A line with its points, and what it is called.
pub struct Line {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// Writes it. `axes`: what is counted to the right, and upwards.
pub fn plot(file: &Path, title: &str, axes: (&str, &str), lines: &[Line]) {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).expect("a picture");
    let points = || lines.iter().flat_map(|line| &line.points);
    let longest = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(1.0, f64::max) * MARGIN;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..longest(|point| point.0), 0.0..longest(|point| point.1))
        .expect("axes");
    chart
        .configure_mesh()
        .x_desc(axes.0)
        .y_desc(axes.1)
        .light_line_style(TRANSPARENT)
        .draw()
        .expect("a grid");
    for (line, colour) in lines.iter().zip(COLOURS) {
        let points = || line.points.iter().copied();
        let drawn = chart.draw_series(LineSeries::new(points(), colour.stroke_width(2)));
        drawn
            .expect("a line")
            .label(line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        let dots = points().map(|point| Circle::new(point, 3, colour.filled()));
        chart.draw_series(dots).expect("its points");
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.2))
        .draw()
        .expect("a legend");
    area.present().expect("a file");
}
