/** Draws a modal as a form; the page's script shows it in a dialog and sends what is filled in. */
import { createElement as element, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { inputsOf, type ModalInput } from '../slack/modal-shape.ts'
import type { OpenModal } from '../slack/modals.ts'
import { drawBlocks } from './draw-blocks.ts'

/** `html` goes into the dialog; null: none is open. */
export type DrawnModal = { readonly id: string; readonly html: string } | null

export function drawModal(modal: OpenModal | undefined): DrawnModal {
  if (modal === undefined) return null
  const { id, view, errors } = modal
  const words = view.blocks.filter((block) => block.type !== 'input')
  const buttons = element(
    'div',
    { className: 'actions' },
    element(
      'button',
      { type: 'button', className: 'plain', 'data-dismiss': id },
      view.close?.text ?? 'Close',
    ),
    view.submit === undefined
      ? null
      : element('button', { type: 'submit', className: 'primary' }, view.submit.text),
  )
  const form = element(
    'form',
    { 'data-view': id, autoComplete: 'off' },
    element('h2', null, view.title.text),
    drawBlocks(words),
    inputsOf(view).map((input) => drawInput(input, errors[input.block_id])),
    buttons,
  )
  return { id, html: renderToStaticMarkup(form) }
}

function drawInput(input: ModalInput, error: string | undefined): ReactNode {
  const { block_id: name, label, hint, optional = false } = input
  return element(
    'label',
    { key: name, className: error === undefined ? 'field' : 'field wrong' },
    element('b', null, label.text, optional ? element('small', null, ' (optional)') : null),
    drawElement(input, error !== undefined),
    error === undefined ? null : element('em', { role: 'alert' }, error),
    hint === undefined ? null : element('small', null, hint.text),
  )
}

function drawElement(
  { block_id: name, optional = false, element: given }: ModalInput,
  isWrong: boolean,
) {
  const common = { name, required: !optional, 'aria-invalid': isWrong }
  if (given.type === 'static_select') {
    const options = given.options.map(({ text, value }) =>
      element('option', { key: value, value }, text.text),
    )
    const none = element('option', { key: '', value: '' }, '')
    const defaultValue = given.initial_option?.value ?? ''
    return element('select', { ...common, defaultValue }, [none, ...options])
  }
  const { initial_value: defaultValue, max_length: maxLength } = given
  return given.multiline === true
    ? element('textarea', { ...common, defaultValue, maxLength, rows: 3 })
    : element('input', { ...common, type: 'text', defaultValue, maxLength })
}
