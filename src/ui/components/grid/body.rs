//! Which rows are in sight, their head, the scroll bar and the keys.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::domain::rows::{RowCell, RowColumn};
use crate::ui::components::copy::write_clipboard;

use super::row::{Row, cell_id};
use super::state::Grid;

/// Of a row, in pixels; the style sheet says the same.
const ROW_PX: f64 = 28.0;

/// No browser lays out an element that is higher than some 17 million pixels (Firefox; Chromium 33). From here on a
/// pixel of the scroll bar stands for more than a pixel of rows.
const MAX_SPACE_PX: f64 = 15_000_000.0;

const FIRST_WIDTH_PX: f64 = 170.0;
const MIN_WIDTH_PX: f64 = 48.0;

/// Of the column of row numbers, which stays in sight.
const NUMBER_PX: i32 = 88;

#[component]
pub fn Body(grid: Grid) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let widths = RwSignal::new(Vec::<f64>::new());
    Effect::new(move |_| widths.set(vec![FIRST_WIDTH_PX; grid.columns.with(Vec::len)]));
    let template = move || {
        let widths = widths.with(|widths| widths.iter().map(|px| format!("{px:.0}px ")).collect::<String>());
        format!("{NUMBER_PX}px {widths}")
    };
    let space_px = move || grid.n_rows.get().unwrap_or(0) as f64 * ROW_PX + ROW_PX;
    let space = move || format!("{:.0}px", space_px().min(MAX_SPACE_PX));
    // Where the scroll bar stands, as a row.
    let bar = StoredValue::new(0.0);
    let scrolled = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        let n_visible = visible_rows(&scroller);
        grid.n_visible.set(n_visible as u64 + 1);
        let room = f64::from(scroller.scroll_height() - scroller.client_height());
        let last_top = (grid.n_rows.get_untracked().unwrap_or(0) as f64 - n_visible).max(0.0);
        let top = match untrack(space_px) <= MAX_SPACE_PX {
            true => f64::from(scroller.scroll_top()) / ROW_PX,
            false => f64::from(scroller.scroll_top()) / room.max(1.0) * last_top,
        };
        // Keys set a row exactly; the pixel that they scroll to must not change it by a fraction.
        let pixel = (last_top / room.max(1.0)).max(1.0 / ROW_PX);
        if (top - grid.top.get_untracked()).abs() > pixel {
            let top = top.clamp(0.0, last_top);
            bar.set_value(top);
            grid.top.set(top);
        }
    };
    // Other rows begin at the top, and keys move the scroll bar. Where the bar itself moved the rows, asking for its
    // place would make the browser lay out between two frames.
    Effect::new(move |_| {
        let (top, n_rows) = (grid.top.get(), grid.n_rows.get());
        let Some(scroller) = scroller.get() else { return };
        if bar.get_value() == top {
            return;
        }
        bar.set_value(top);
        let room = f64::from(scroller.scroll_height() - scroller.client_height());
        let last_top = (n_rows.unwrap_or(0) as f64 - visible_rows(&scroller)).max(1.0);
        let px = if space_px() <= MAX_SPACE_PX { top * ROW_PX } else { top / last_top * room };
        if (f64::from(scroller.scroll_top()) - px).abs() > 1.0 {
            scroller.set_scroll_top(px.round() as i32);
        }
    });
    let first = Memo::new(move |_| grid.top.get() as u64);
    let n_in_sight = Memo::new(move |_| {
        let n_below = grid.n_rows.get().unwrap_or(0).saturating_sub(first.get());
        n_below.min(grid.n_visible.get() + 1)
    });
    let shift = move || format!("translateY({:.1}px)", -grid.top.get().fract() * ROW_PX);
    let keys = move |event: KeyboardEvent| {
        let n_visible = scroller.get_untracked().map_or(1.0, |scroller| visible_rows(&scroller));
        on_key(grid, &event, n_visible);
    };
    view! {
        <div
            class="grid-scroll"
            role="grid"
            tabindex="0"
            aria-label=move || format!("Rows of {}", grid.asked.with(|asked| asked.table.clone()))
            aria-rowcount=move || grid.n_rows.get().map(|n| (n + 1).to_string())
            aria-colcount=move || (grid.columns.with(Vec::len) + 1).to_string()
            aria-activedescendant=move || cell_id(grid.at.get())
            aria-busy=move || grid.n_rows.with(Option::is_none).to_string()
            node_ref=scroller
            on:scroll=scrolled
            on:keydown=keys
        >
            <div class="grid-space" style=("--space", space)>
                <div class="grid-layer" style=("--columns", template)>
                    <Head grid=grid widths=widths />
                    <div class="grid-rows" role="rowgroup" style:transform=shift>
                        <For each=move || 0..n_in_sight.get() key=|below| *below let:below>
                            <Row grid=grid first=first below=below />
                        </For>
                    </div>
                </div>
            </div>
        </div>
    }
}

/// Without the head, in rows.
fn visible_rows(scroller: &web_sys::HtmlElement) -> f64 {
    (f64::from(scroller.client_height()) / ROW_PX - 1.0).max(1.0)
}

#[component]
fn Head(grid: Grid, widths: RwSignal<Vec<f64>>) -> impl IntoView {
    let heads = move || {
        let columns = grid.columns.get().into_iter().enumerate();
        columns.map(|(at, column)| view! { <ColumnHead grid=grid at=at column=column widths=widths /> }).collect_view()
    };
    view! {
        <div class="grid-row grid-head" role="row" aria-rowindex="1">
            <div role="columnheader" class="grid-number">
                "Row"
            </div>
            {heads}
        </div>
    }
}

#[component]
fn ColumnHead(grid: Grid, at: usize, column: RowColumn, widths: RwSignal<Vec<f64>>) -> impl IntoView {
    let name = StoredValue::new(column.name.clone());
    let descending = move || {
        let sort = grid.asked.with(|asked| asked.sort.clone());
        sort.filter(|sort| name.with_value(|name| *name == sort.column)).map(|sort| sort.descending)
    };
    let order = move || match descending() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let arrow = move || match descending() {
        None => "",
        Some(false) => " ↑",
        Some(true) => " ↓",
    };
    let hold = |event: PointerEvent| {
        event.prevent_default();
        if let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
    };
    let pull = move |event: PointerEvent| {
        if event.buttons() != 0 {
            widths.update(|widths| {
                if let Some(width) = widths.get_mut(at) {
                    *width = (*width + f64::from(event.movement_x())).max(MIN_WIDTH_PX);
                }
            });
        }
    };
    view! {
        <div role="columnheader" aria-sort=order>
            <button
                type="button"
                tabindex="-1"
                title=format!("{} {}", column.name, column.declared_type)
                on:click=move |_| grid.sort(&name.get_value())
            >
                {column.name.clone()}
                {arrow}
            </button>
            <span class="grid-handle" aria-hidden="true" on:pointerdown=hold on:pointermove=pull></span>
        </div>
    }
}

/// As the ARIA authoring practices give them for a grid.
fn on_key(grid: Grid, event: &KeyboardEvent, n_visible: f64) {
    let n_rows = grid.n_rows.get_untracked().unwrap_or(0);
    let last = (n_rows.saturating_sub(1), grid.columns.with_untracked(Vec::len).saturating_sub(1));
    let (row, column) = grid.at.get_untracked();
    let with_control = event.ctrl_key() || event.meta_key();
    let page = n_visible as u64;
    let to = match event.key().as_str() {
        "ArrowDown" => (row + 1, column),
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowRight" => (row, column + 1),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "PageDown" => (row + page, column),
        "PageUp" => (row.saturating_sub(page), column),
        "Home" if with_control => (0, 0),
        "End" if with_control => last,
        "Home" => (row, 0),
        "End" => (row, last.1),
        "Enter" => {
            event.prevent_default();
            grid.detail.set(true);
            return;
        }
        "Escape" => {
            grid.detail.set(false);
            return;
        }
        "c" if with_control => {
            let cell = untrack(|| grid.row(row)).and_then(|cells| cells.get(column).map(RowCell::text));
            if let Some(text) = cell {
                event.prevent_default();
                leptos::task::spawn_local(async move {
                    write_clipboard(&text).await;
                });
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    go_to(grid, (to.0.min(last.0), to.1.min(last.1)), n_visible);
}

/// Makes a cell the active one and scrolls no farther than needed to bring it into sight.
pub fn go_to(grid: Grid, at: (u64, usize), n_visible: f64) {
    grid.at.set(at);
    let (row, top) = (at.0 as f64, grid.top.get_untracked());
    if row < top {
        grid.top.set(row);
    } else if row + 1.0 > top + n_visible {
        grid.top.set(row + 1.0 - n_visible);
    }
    // After the row has been drawn.
    request_animation_frame(move || bring_across(at));
}

/// Scrolls sideways until a cell is in sight, beside the row's number.
fn bring_across(at: (u64, usize)) {
    let Some(cell) =
        document().get_element_by_id(&cell_id(at)).and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return;
    };
    let Some(scroller) = cell.closest(".grid-scroll").ok().flatten() else { return };
    let (left, right) = (cell.offset_left(), cell.offset_left() + cell.offset_width());
    if left < scroller.scroll_left() + NUMBER_PX {
        scroller.set_scroll_left(left - NUMBER_PX);
    } else if right > scroller.scroll_left() + scroller.client_width() {
        scroller.set_scroll_left(right - scroller.client_width());
    }
}
