//! Plots as SVG that can be read on a light page and on a dark one.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 90.0;
const BOTTOM: f64 = 50.0;
const TOP: f64 = 44.0;
const RIGHT: f64 = 20.0;

/// Colours that keep a contrast of 3 : 1 on light pages and on dark ones.
const COLORS: [&str; 5] = ["#2f7ed8", "#c8590a", "#2e8b57", "#a349a4", "#8a6d00"];

/// Numbers by other numbers, as a picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Curve {
    /// Of its file, without the ending.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) lines: Vec<Line>,
}

/// What stands at an axis, and whether each step is a multiple of the one before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Axis {
    label: String,
    is_log: bool,
}

impl Axis {
    pub(crate) fn linear(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            is_log: false,
        }
    }

    pub(crate) fn log(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            is_log: true,
        }
    }
}

/// A line: its name and its points.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    pub(crate) fn new(name: &str, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.to_owned(),
            points,
        }
    }
}

/// From numbers to places between 0 and 1.
struct Scale {
    least: f64,
    most: f64,
    is_log: bool,
}

impl Scale {
    /// For the axis across, which begins at the first point.
    fn across(values: impl Iterator<Item = f64>, is_log: bool) -> Self {
        let (least, most) = bounds(values);
        Self {
            least,
            most,
            is_log,
        }
    }

    /// For the axis up: from zero, or from the power of ten below, with room above.
    fn up(values: impl Iterator<Item = f64>, is_log: bool) -> Self {
        let (least, most) = bounds(values);
        let (least, most) = if is_log {
            let power = |value: f64| value.max(f64::MIN_POSITIVE).log10();
            let (low, high) = (power(least).floor(), power(most).ceil());
            (10_f64.powf(low), 10_f64.powf(high.max(low + 1.0)))
        } else {
            (0.0, most * 1.1)
        };
        Self {
            least,
            most,
            is_log,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let scaled = |value: f64| {
            if self.is_log {
                value.max(f64::MIN_POSITIVE).ln()
            } else {
                value
            }
        };
        let width = scaled(self.most) - scaled(self.least);
        if width > 0.0 {
            (scaled(value) - scaled(self.least)) / width
        } else {
            0.5
        }
    }

    /// Where lines across the picture help.
    fn marks(&self) -> Vec<f64> {
        if !self.is_log {
            return (0..=4)
                .map(|step| self.most * f64::from(step) / 4.0)
                .collect();
        }
        let mut marks = vec![self.least];
        while let Some(last) = marks.last().filter(|last| **last * 9.0 < self.most) {
            marks.push(last * 10.0);
        }
        marks
    }
}

/// The least and the most; 0 and 1 where there is nothing.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let both = values.fold(None, |both: Option<(f64, f64)>, value| {
        let (least, most) = both.unwrap_or((value, value));
        Some((least.min(value), most.max(value)))
    });
    both.unwrap_or((0.0, 1.0))
}

impl Curve {
    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let x = Scale::across(points().map(|(x, _)| *x), self.x.is_log);
        let y = Scale::up(points().map(|(_, y)| *y), self.y.is_log);
        let across = |value: f64| LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
        let up = |value: f64| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
        let mut body = String::new();
        for mark in y.marks() {
            let at = up(mark);
            let _ = write!(
                body,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                at + 4.0,
                number(mark)
            );
        }
        let mut marks: Vec<f64> = points().map(|(x, _)| *x).collect();
        marks.sort_by(f64::total_cmp);
        marks.dedup();
        for mark in marks {
            let _ = write!(
                body,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                across(mark),
                HEIGHT - BOTTOM + 18.0,
                number(mark)
            );
        }
        let step = (WIDTH - LEFT - RIGHT) / self.lines.len().max(3) as f64;
        for (index, line) in self.lines.iter().enumerate() {
            let color = COLORS[index % COLORS.len()];
            let path: Vec<_> = line
                .points
                .iter()
                .map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y)))
                .collect();
            let _ = write!(
                body,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
                path.join(" ")
            );
            for (x, y) in &line.points {
                let _ = write!(
                    body,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{color}\"/>",
                    across(*x),
                    up(*y)
                );
            }
            let _ = write!(
                body,
                "<text x=\"{:.1}\" y=\"{}\" fill=\"{color}\">{}</text>",
                LEFT + step * index as f64,
                TOP - 8.0,
                escaped(&line.name)
            );
        }
        let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
        let _ = write!(
            body,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text><text x=\"14\" y=\"{}\" transform=\"rotate(-90 14 {2})\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 10.0,
            escaped(&self.x.label),
            HEIGHT / 2.0,
            escaped(&self.y.label),
        );
        let title = escaped(&self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title><style>text {{ font: 12px system-ui, sans-serif; }} text:not([fill]) {{ fill: #333; }} .grid {{ stroke: #8884; }} @media (prefers-color-scheme: dark) {{ text:not([fill]) {{ fill: #ddd; }} }}</style><text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{title}</text>{body}</svg>\n"
        )
    }
}

/// For text and attributes of XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A number as people read it.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{:.1} M", value / 1e6),
        size if size >= 1e4 => format!("{:.0} k", value / 1e3),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(log: bool, lines: Vec<Line>) -> Curve {
        let axis = if log { Axis::log } else { Axis::linear };
        Curve {
            name: "name".into(),
            title: "a < b & \"c\"".into(),
            x: axis("x"),
            y: axis("y"),
            lines,
        }
    }

    /// The numbers of an attribute, wherever it stands.
    fn values(svg: &str, attribute: &str) -> Vec<f64> {
        let before = format!(" {attribute}=\"");
        let parts = svg.split(&before).skip(1);
        parts
            .map(|part| {
                let value = part.split('"').next().unwrap_or_default();
                value.parse().unwrap_or(f64::NAN)
            })
            .collect()
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.123_4, 1.5, 123.4, 12_345.0, 2_500_000.0].map(number);
        assert_eq!(shown, ["0", "0.123", "1.5", "123", "12 k", "2.5 M"]);
    }

    #[test]
    fn every_point_is_within_the_picture() {
        let points = vec![(1.0, 0.02), (30.0, 5.0), (1000.0, 70_000.0)];
        for log in [true, false] {
            let lines = vec![
                Line::new("one", points.clone()),
                Line::new("two", vec![(5.0, 1.0)]),
            ];
            let svg = curve(log, lines).svg();
            let (x, y) = (values(&svg, "cx"), values(&svg, "cy"));
            assert_eq!((x.len(), y.len()), (4, 4), "{svg}");
            assert!(x.iter().all(|x| (0.0..=WIDTH).contains(x)), "{svg}");
            assert!(y.iter().all(|y| (TOP..=HEIGHT).contains(y)), "{svg}");
        }
    }

    #[test]
    fn more_is_higher_and_further_right() {
        for log in [true, false] {
            let points = vec![(1.0, 1.0), (2.0, 10.0), (4.0, 100.0)];
            let svg = curve(log, vec![Line::new("one", points)]).svg();
            let (x, y) = (values(&svg, "cx"), values(&svg, "cy"));
            assert!(x.is_sorted(), "{svg}");
            assert!(y.iter().rev().is_sorted(), "{svg}");
        }
    }

    #[test]
    fn a_picture_without_points_or_with_one_is_whole() {
        for lines in [vec![], vec![Line::new("one", vec![(3.0, 7.0)])]] {
            for log in [true, false] {
                let svg = curve(log, lines.clone()).svg();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
                assert!(svg.ends_with("</svg>\n"));
            }
        }
    }

    #[test]
    fn text_is_escaped() {
        let svg = curve(false, vec![Line::new("<b>", vec![])]).svg();
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot;") && svg.contains("&lt;b>"));
        assert!(!svg.contains("<b>"));
    }

    #[test]
    fn colours_are_readable_on_light_and_on_dark() {
        // Relative luminance and contrast as WCAG 2 has them.
        let luminance = |color: &str| -> f64 {
            let channel = |at: usize| {
                let value = u8::from_str_radix(&color[at..at + 2], 16).unwrap_or_default();
                let value = f64::from(value) / 255.0;
                if value <= 0.039_28 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        for color in COLORS {
            for page in ["#ffffff", "#0d1117"] {
                let (one, other) = (luminance(color), luminance(page));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 3.0, "{color} on {page}: {contrast}");
            }
        }
    }
}
